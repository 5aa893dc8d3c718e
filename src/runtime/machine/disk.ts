/** Directories that come and go, and disks that are full. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILLER = 'filler';
const CHUNK_BYTES = 1024 * 1024;
const SMALLEST_CHUNK_BYTES = 512;

/** A new directory below the system's one for such. */
export function temporaryDirectory(prefix: string): Promise<string> {
  return mkdtemp(join(tmpdir(), prefix));
}

/** With all that is in it; nothing if it is not there. */
export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/**
 * Write a file into this directory until the file system that it lies on has no room left. Only for one that is small and belongs
 * to the caller. @returns the bytes it took. @throws Error of any other kind than a lack of room.
 */
export async function fillDisk(directory: string): Promise<number> {
  const file = await open(join(directory, FILLER), 'a');
  let size = CHUNK_BYTES;
  let total = 0;
  try {
    while (size >= SMALLEST_CHUNK_BYTES) {
      try {
        total += (await file.write(new Uint8Array(size))).bytesWritten;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        size /= 2;
      }
    }
  } finally {
    await file.close();
  }
  return total;
}

/** Remove what {@link fillDisk} wrote. */
export async function freeDisk(directory: string): Promise<void> {
  await rm(join(directory, FILLER), { force: true });
}
