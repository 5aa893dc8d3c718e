/** LMDB as the engine uses it: opening the files, with the driver's options and why they are so. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { inspectDataFile } from './data-file.ts';
import { LOCK_FILE_NAME } from './directory-lock.ts';
import { dataDamaged, readFailure } from './engine-errors.ts';
import type { OperationRun } from './operation-run.ts';

export type ByteDatabase = RootDatabase<Uint8Array, Uint8Array>;

const DATA_FILE_NAME = 'quorate.mdb';

/** LMDB names its own lock file so. It holds the slots of the readers. */
const READERS_FILE_NAME = `${DATA_FILE_NAME}-lock`;

/** More than LMDB's table for 126 readers takes. */
const READERS_FILE_BYTES = 16_384;

/** More than LMDB writes to set up a new file. */
const PROBE_BYTES = 65_536;

/** Free on the disk, before a new data directory is set up there: the log alone reserves more soon. */
const ROOM_BYTES = 4 * 1024 * 1024;

/** Linux: ENOSPC. */
const NO_SPACE = 28;

/** Linux: EIO. */
const INPUT_OUTPUT_ERROR = 5;

/** Address space to begin with, not memory and not disk. The driver maps a larger file anew, and keeps the old map until the end. */
const MAP_BYTES = 64 * 2 ** 30;

/** What other systems put into directories that are meant to be empty. */
function isOurs(name: string): boolean {
  return name.startsWith(DATA_FILE_NAME) || name.startsWith(LOCK_FILE_NAME);
}

function isHarmless(name: string): boolean {
  return name === 'lost+found' || name.startsWith('.');
}

/**
 * Make the directory if it is missing, and see that nobody else's files are in it: a wrong path must not mix two programs' data.
 * @throws QuorateError `data-damaged`, or the file system's error.
 */
export function prepareDirectory(directory: string): void {
  makeDirectory(directory);
  const names = readdirSync(directory);
  if (names.includes(DATA_FILE_NAME)) return;
  const foreign = names.find((name) => !isOurs(name) && !isHarmless(name));
  if (foreign !== undefined) throw dataDamaged(directory, `it holds '${foreign}' and no ${DATA_FILE_NAME}`);
}

/** Step by step, since Node's own `recursive` never returns where the system answers ENOENT for ever, as below `/proc`. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  mkdirSync(directory, { mode: 0o700 });
  syncDirectory(parent);
}

/** @throws QuorateError `data-damaged`, or an error of the file system or of LMDB. */
export async function openDatabase(directory: string): Promise<ByteDatabase> {
  const path = dataFileOf(directory);
  const file = inspectDataFile(path);
  if (file.state === 'damaged') throw dataDamaged(directory, file.reason);
  allocateReadersFile(`${directory}/${READERS_FILE_NAME}`);
  // The driver dies of a segmentation fault when LMDB fails to set up a new file. What there is room for now somebody else may have taken in
  // a moment: so there must be much more than is needed.
  if (file.state === 'new') {
    checkRoom(directory);
    probeRoom(directory);
  }
  const database = await openFile(path);
  if (file.state === 'new') syncDirectory(directory);
  return database;
}

export function dataFileOf(directory: string): string {
  return `${directory}/${DATA_FILE_NAME}`;
}

/** @throws the file system's error when a file in the directory cannot take as much as one commit at least needs. */
export function probeRoom(directory: string): void {
  const path = `${dataFileOf(directory)}.probe`;
  try {
    writeFileSync(path, new Uint8Array(PROBE_BYTES), { flush: true });
  } finally {
    rmSync(path, { force: true });
  }
}

/** Counts before quotas and other limits do. @throws an error as the file system throws it */
function checkRoom(directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize >= ROOM_BYTES) return;
  const problem = `${bavail * bsize} bytes are free, and a new data directory takes ${ROOM_BYTES}`;
  throw Object.assign(new Error(problem), { errno: NO_SPACE });
}

async function openFile(path: string): Promise<ByteDatabase> {
  // Loaded only here: a program that needs the types, or another engine, must not load a native module.
  const { open } = await import('lmdb');
  const options = {
    path,
    noSubdir: true,
    encoding: 'binary' as const,
    keyEncoding: 'binary' as const,
    cache: false,
    // An acknowledged write must survive a power loss: see the head of lmdb-engine.ts.
    overlappingSync: false,
    mapSize: MAP_BYTES,
    // The engine groups the writes of a turn itself. With the driver's own grouping, a failed commit rejects a promise inside the
    // driver that nobody can handle, which ends the process.
    eventTurnBatching: false,
    // Documented but missing from the driver's types, hence the variable. Begin a commit at the end of the turn, never in its midst.
    txnStartThreshold: Number.MAX_SAFE_INTEGER,
  };
  return open<Uint8Array, Uint8Array>(options);
}

/** LMDB reaches this file through memory: a hole in it on a full disk would be a bus error. */
function allocateReadersFile(path: string): void {
  if (existsSync(path) && statSync(path).size >= READERS_FILE_BYTES) return;
  writeFileSync(path, new Uint8Array(READERS_FILE_BYTES));
}

/**
 * The driver calls a short write an input/output error, and a full disk is where short writes come from: ask the disk again, by
 * making the data file a little longer, and for a moment only.
 * @returns what stands in the way of a longer file, or the failure as it was.
 */
export function exactFailure(directory: string, failure: unknown): unknown {
  if (!(failure instanceof Error) || !('code' in failure) || failure.code !== INPUT_OUTPUT_ERROR) return failure;
  const file = openSync(dataFileOf(directory), 'r+');
  try {
    const { size } = fstatSync(file);
    try {
      // A disk with a little room takes a part of it, and says that it is full only when asked for more.
      for (let written = 0; written < PROBE_BYTES; )
        written += writeSync(file, new Uint8Array(PROBE_BYTES - written), 0, null, size + written);
      return failure;
    } catch (exact) {
      return exact;
    } finally {
      ftruncateSync(file, size);
    }
  } finally {
    closeSync(file);
  }
}

/** A new file's name must survive a power loss as well as what is in it. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** What LMDB has for the key. Valid until the next call. @throws QuorateError `disk-failed` */
export function storedValue(database: ByteDatabase, directory: string, key: Uint8Array): Uint8Array | undefined {
  let bytes: Uint8Array | undefined;
  try {
    bytes = database.getBinaryFast(key);
  } catch (error) {
    throw readFailure(directory, error);
  }
  // The driver lends one large buffer, whose `length` it sets by hand; methods of typed arrays would not respect that.
  return bytes === undefined ? undefined : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** One durable commit, begun at the end of the turn. The run must not change before it is done. */
export function commitRun(database: ByteDatabase, run: OperationRun): Promise<boolean> {
  return database.batch(() => {
    for (let index = 0; index < run.count; index++) {
      const key = run.keyAt(index);
      const value = run.valueAt(index);
      // The driver notes where the bytes from `start` to `end` are, and keeps what it is given: one object for all.
      void (value === undefined ? database.remove(key) : database.put(key, value));
    }
  });
}

/** The driver rejects with a general error that carries a promise of the real one. */
export async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
