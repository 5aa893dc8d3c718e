import { ChunkPool } from './chunk-pool.ts';
import { type DirectoryLock, lockDirectory } from './directory-lock.ts';
import type { Engine } from './engine.ts';
import { dataDamaged, openFailure, readFailure } from './engine-errors.ts';
import { Generation } from './generation.ts';
import { type ByteDatabase, openDatabase, prepareDirectory } from './lmdb-database.ts';
import { LmdbEngine } from './lmdb-engine.ts';
import { LogFile } from './log-file.ts';
import { logFilesOf, recoverLog } from './log-recovery.ts';
import { logFileOf, type OnSync } from './write-ahead-log.ts';
import type { WrittenLog } from './written-log.ts';

export interface LmdbEngineOptions {
  /** Where the files are; made if missing. One process at a time may use it. */
  readonly directory: string;
  /** How much the log gathers before it moves to LMDB; the log takes twice as much on the disk. Default 128 MiB. */
  readonly generationBytes?: number;
  readonly onSync?: OnSync;
}

const GENERATION_BYTES = 128 * 1024 * 1024;

/**
 * Open the durable engine of a node.
 *
 * @throws QuorateError `directory-in-use`, `directory-not-writable`, `data-damaged`, `disk-full` or `disk-failed`; each names the
 * directory, and none has changed the data in it.
 */
export async function openLmdbEngine({ directory, generationBytes, onSync }: LmdbEngineOptions): Promise<Engine> {
  let lock: DirectoryLock | undefined;
  let files: readonly LogFile[] = [];
  let database: ByteDatabase | undefined;
  try {
    prepareDirectory(directory);
    lock = lockDirectory(directory);
    const held = lock;
    database = await openDatabase(directory);
    files = logFilesOf(directory).map((path) => new LogFile(path));
    const newGeneration = generations(directory, files);
    const recovered = recoverLog(directory, files, newGeneration);
    return new LmdbEngine({
      database,
      directory,
      files,
      recovered,
      newGeneration,
      generationBytes: generationBytes ?? GENERATION_BYTES,
      onSync,
      onClosed: () => held.release(),
    });
  } catch (error) {
    for (const file of files) await file.close();
    await database?.close();
    lock?.release();
    throw openFailure(directory, error);
  }
}

function generations(directory: string, files: readonly LogFile[]): (number: number) => Generation {
  const pool = new ChunkPool();
  const log: WrittenLog = {
    read(generation, position, target, length) {
      try {
        return logFileOf(files, generation).read(position, target, length);
      } catch (error) {
        throw readFailure(directory, error);
      }
    },
    damaged: (reason) => dataDamaged(directory, reason),
  };
  return (number) => new Generation(number, log, pool);
}
