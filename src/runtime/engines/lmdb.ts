import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import type { Engine } from './engine.ts';
import { openFailure } from './engine-errors.ts';
import { openDatabase, prepareDirectory } from './lmdb-database.ts';
import { LmdbEngine } from './lmdb-engine.ts';

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
    const database = await openDatabase(directory);
    return new LmdbEngine(database, directory, () => held.release());
  } catch (error) {
    lock?.release();
    throw openFailure(directory, error);
  }
}
