/**
 * `quorate/checker`: every state that a protocol of one's own can come to. docs/verification.md says what is searched and what the
 * answers mean, examples/lease.ts and check-lease.ts are a worked example.
 *
 * {@link processGroup} makes a model of handlers, {@link check} searches it; `quorate check ./file.ts` does the same for a module that
 * exports `model`. A {@link Model} may also be written by hand.
 */
export { type Effect, type Effects, type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
export type { ErrorDescription, Outcome } from '../../runtime/errors/index.ts';
export { QuorateError } from '../../runtime/errors/index.ts';
export {
  type Bound,
  type CheckResult,
  check,
  checkInThreads,
  type Fairness,
  type Finding,
  type GroupView,
  type Independence,
  type Model,
  type ModelRecipe,
  type Order,
  type Progress,
  type Property,
  type ReplayedRun,
  replayRun,
  type SavedRun,
  type SearchOptions,
  type Step,
  savedRun,
  type ThreadsOptions,
  type Trace,
  type Transport,
} from '../../verification/model-checker/index.ts';
export {
  type Call,
  type ClientOperations,
  type ClientView,
  type Envelope,
  type GroupAction,
  type GroupOptions,
  type GroupProcess,
  type GroupState,
  type GroupSymmetry,
  groupView,
  isLinearizable,
  processGroup,
} from '../../verification/models/index.ts';
export { drawSequence, type SequenceOptions, sequenceText, stateTablesText } from '../../verification/pictures/index.ts';
