/** Searches every state of a model that can be reached, and judges them and the runs through them. */
export { Check, check } from './check.ts';
export { changedItsArgument, nondeterministic } from './errors.ts';
export type { Order } from './frontier.ts';
export type { Fairness, GroupView, Independence, Model, Property, Step, Trace, Transport } from './model.ts';
export type { Bound, CheckResult, Finding } from './result.ts';
export { type ReplayedRun, replayRun, type SavedRun, savedRun } from './saved-run.ts';
export type { Progress, SearchOptions } from './search.ts';
export { checkInThreads, type ModelRecipe, modelOf, type ThreadsOptions } from './threads/index.ts';
