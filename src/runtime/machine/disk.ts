/** Directories that come and go, and small disks that can be full. */
import { rm, statfs } from 'node:fs/promises';
import { runTool } from './tool.ts';

/** With all that is in it; nothing if it is not there. */
export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Limits by which a full disk is made: what was written while the limit was being set may need a little more. */
const ATTEMPTS = 8;
const SLACK_BYTES = 64 * 1024;

/**
 * A file system in memory (Linux: tmpfs) whose size can be changed while it is in use: full without taking the memory that filling
 * it would need. Only root can have one.
 */
export class SmallDisk {
  readonly #path: string;
  readonly #sizeBytes: number;

  private constructor(path: string, sizeBytes: number) {
    this.#path = path;
    this.#sizeBytes = sizeBytes;
  }

  /** @returns why there cannot be one, as text. */
  static async mount(path: string, sizeBytes: number): Promise<SmallDisk | string> {
    const { code, stderr } = await runTool('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'quorate-drill', path]);
    return code === 0 ? new SmallDisk(path, sizeBytes) : firstLine(stderr);
  }

  /** From now on there is no room for anything more. @throws Error if it cannot be done. */
  async fill(): Promise<void> {
    let reason = '';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { blocks, bfree, bsize } = await statfs(this.#path);
      const limitBytes = (blocks - bfree) * bsize + attempt * SLACK_BYTES;
      const failure = await this.#resize(limitBytes);
      if (failure === undefined) return;
      reason = failure;
    }
    throw new Error(`the disk cannot be made full: ${reason}`);
  }

  /** @throws Error if it cannot be done. */
  async empty(): Promise<void> {
    const failure = await this.#resize(this.#sizeBytes);
    if (failure !== undefined) throw new Error(`the disk cannot be made larger: ${failure}`);
  }

  /** With all that is on it. */
  async unmount(): Promise<void> {
    await runTool('umount', ['--lazy', this.#path]);
  }

  async #resize(sizeBytes: number): Promise<string | undefined> {
    const { code, stderr } = await runTool('mount', ['-o', `remount,size=${sizeBytes}`, this.#path]);
    return code === 0 ? undefined : firstLine(stderr);
  }
}

/** What follows is advice. */
function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
