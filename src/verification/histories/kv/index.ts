export { checkKv } from './check-kv.ts';
export { KnownWrites, Violation, type WriteEvent } from './known-writes.ts';
