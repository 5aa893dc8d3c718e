export { checkKv } from './check-kv.ts';
export { KnownWrites, Violation, type WriteEvent } from './known-writes.ts';
export type { WriteSet } from './write-set.ts';
