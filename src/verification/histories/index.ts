/** Histories of what clients did and saw, and the checkers that judge them. */
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
export { type Call, HistoryRecorder, type OpenOperation } from './recorder.ts';
