/** What one process of a protocol is: plain state, handlers, effects as data. */
export { type Effect, type Effects, type Process, type ProcessId, processId } from './process.ts';
