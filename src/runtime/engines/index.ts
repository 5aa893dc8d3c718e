export type { Engine, Entry, OnDurable, Operation, Range, Snapshot, Urgency } from './engine.ts';
export { claimDirectory, type DirectoryIdentity } from './identity.ts';
export { type LmdbEngineOptions, openLmdbEngine } from './lmdb.ts';
export { type MemoryEngineDependencies, openMemoryEngine } from './memory.ts';
export { openMysqlEngine } from './mysql/index.ts';
export type { OnSync } from './write-ahead-log.ts';
export { openWriteBehindEngine } from './write-behind.ts';
