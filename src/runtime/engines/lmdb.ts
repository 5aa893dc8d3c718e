import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import type { Engine, Operation } from './engine.ts';
import { openFailure } from './engine-errors.ts';
import { type ByteDatabase, openDatabase, prepareDirectory } from './lmdb-database.ts';
import { LmdbEngine } from './lmdb-engine.ts';
import { recoverLog } from './log-recovery.ts';

export interface LmdbEngineOptions {
  /** Where the files are; made if missing. One process at a time may use it. */
  readonly directory: string;
}

/**
 * Open the durable engine of a node.
 *
 * @throws QuorateError `directory-in-use`, `directory-not-writable`, `data-damaged`, `disk-full` or `disk-failed`; each names the
 * directory, and none has changed the data in it.
 */
export async function openLmdbEngine({ directory }: LmdbEngineOptions): Promise<Engine> {
  let lock: DirectoryLock | undefined;
  try {
    prepareDirectory(directory);
    lock = lockDirectory(directory);
    const held = lock;
    const { operations, nextGeneration } = recoverLog(directory);
    const database = await openDatabase(directory);
    await applyAll(database, operations);
    return new LmdbEngine(database, directory, nextGeneration, () => held.release());
  } catch (error) {
    lock?.release();
    throw openFailure(directory, error);
  }
}

/** What the log has and LMDB may lack. The log keeps it until the generations after have pushed it out. */
async function applyAll(database: ByteDatabase, operations: readonly Operation[]): Promise<void> {
  if (operations.length === 0) return;
  await database.transaction(() => {
    for (const { key, value } of operations) {
      if (value === undefined) database.removeSync(key);
      else database.putSync(key, value);
    }
  });
}
