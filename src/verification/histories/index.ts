/** Histories of what clients did and saw, and the checkers that judge them. */
export { decodeEdnHistory, type EdnOptions, encodeEdnHistory } from './edn/index.ts';
export type { Finding, Judgement, Link } from './finding.ts';
export {
  describeCall,
  describeOperation,
  type History,
  type Operation,
  type OperationOutcome,
  type Process,
  type Value,
} from './history.ts';
export { decodeHistory, encodeHistory } from './json-form.ts';
export { HISTORY_MODELS, type HistoryModel, historyModel, type JudgeOptions, judgeHistory } from './judge.ts';
export { KnownWrites, Violation, type WriteEvent, type WriteSet } from './kv/index.ts';
export {
  checkLinearizability,
  type LinearizabilityOptions,
  type LinearizabilityResult,
  mapModel,
  registerModel,
  type SequentialModel,
} from './linearizability/index.ts';
export { type Call, HistoryRecorder, type OpenOperation } from './recorder.ts';
export {
  ISOLATION_LEVELS,
  type IsolationLevel,
} from './transactions/index.ts';
