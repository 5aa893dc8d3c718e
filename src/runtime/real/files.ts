/** The file system as apps need it. Every failure is a QuorateError that names the path. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, opendir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { QuorateError } from '../errors/index.ts';
import { systemCode } from './system-errors.ts';

/** A regular file found by {@link walk}. */
export interface WalkedFile {
  /** Relative to where the walk began, with '/' between names on every system. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** UTF-8. @throws QuorateError `file-not-found`, `file-not-readable`. */
export async function readTextFile(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((error: unknown) => Promise.reject(readError(path, error)));
}

/** @throws QuorateError `file-not-found`, `file-not-readable`. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return await readFile(path).catch((error: unknown) => Promise.reject(readError(path, error)));
}

/** Whether anything is there, a broken symbolic link included. @throws QuorateError `file-not-readable` when that cannot be known. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw readError(path, error);
  }
}

/**
 * Every regular file below a directory, in no particular order, a directory's own files before those of its directories.
 * Symbolic links and special files are passed over, which `onPassedOver` hears of, and so are files that vanish meanwhile.
 * @throws QuorateError `file-not-found`, `file-not-readable`.
 */
export async function* walk(
  directory: string,
  onPassedOver?: (path: string, kind: 'symbolic-link' | 'special') => void,
): AsyncGenerator<WalkedFile, void, undefined> {
  const directories = [''];
  for (let below = directories.pop(); below !== undefined; below = directories.pop()) {
    const prefix = below === '' ? '' : `${below}/`;
    try {
      for await (const entry of await opendir(join(directory, below), { bufferSize: 256 })) {
        const path = prefix + entry.name;
        if (entry.isDirectory()) directories.push(path);
        else if (entry.isFile()) {
          const file = await sized(directory, path);
          if (file !== undefined) yield file;
        } else onPassedOver?.(path, entry.isSymbolicLink() ? 'symbolic-link' : 'special');
      }
    } catch (error) {
      throw error instanceof QuorateError ? error : readError(join(directory, below), error);
    }
  }
}

async function sized(directory: string, path: string): Promise<WalkedFile | undefined> {
  try {
    return { path, sizeBytes: (await stat(join(directory, path))).size };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readError(join(directory, path), error);
  }
}

/** With all missing directories above it. @throws QuorateError `file-not-writable`. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => Promise.reject(writeError(path, error)));
}

/**
 * Put a file there whole or not at all, also when the power fails: written beside it, synced, renamed, the directory synced.
 * @throws QuorateError `file-not-writable`; what was there before is then still there.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}.new`;
  try {
    await withFile(beside, 'wx', async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    await rename(beside, path);
    await withFile(dirname(path), 'r', (directory) => directory.sync());
  } catch (error) {
    await rm(beside, { force: true });
    throw writeError(path, error);
  }
}

/** None there is as good. @throws QuorateError `file-not-writable`. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => Promise.reject(writeError(path, error)));
}

async function withFile(path: string, flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

function readError(path: string, error: unknown): QuorateError {
  const missing = systemCode(error) === 'ENOENT';
  return new QuorateError(
    {
      code: missing ? 'file-not-found' : 'file-not-readable',
      message: missing ? `'${path}' does not exist` : `'${path}' cannot be read: ${reason(error)}`,
      outcome: 'not-applied',
      next: missing ? 'Check the path.' : 'Check that it is of the right kind and that this user may read it.',
      data: { path },
    },
    { cause: error },
  );
}

function writeError(path: string, error: unknown): QuorateError {
  return new QuorateError(
    {
      code: 'file-not-writable',
      message: `'${path}' cannot be written: ${reason(error)}`,
      outcome: 'not-applied',
      next: 'Check that the directory exists, that this user may write there and that the disk is not full.',
      data: { path },
    },
    { cause: error },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'it, or a part of its path, is not a directory',
  ENOENT: 'its directory does not exist',
  EEXIST: 'something else is there',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

function reason(error: unknown): string {
  return REASONS[systemCode(error)] ?? (error instanceof Error ? error.message : String(error));
}
