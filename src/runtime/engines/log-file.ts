/**
 * One file of the write-ahead log. Writes are durable when they are told to be done.
 *
 * A write at the end of a file makes the file system write about the file too, which takes twice as long. So zeros are written
 * ahead of the log, in large steps and beside it. Invariant: zeros never lie over what the log wrote; a write that reaches where
 * zeros are being written waits for them. If there is no room for zeros, the log goes on without.
 */
import { closeSync, constants, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, write } from 'node:fs';

type Done = (error?: Error) => void;

/** A file that is smaller is written without zeros ahead: most stores stay small. */
const LEAST_BYTES = 1024 * 1024;
/** So much ahead of the log there are zeros. */
const AHEAD_BYTES = 4 * 1024 * 1024;
/** So many zeros at a time. */
const STEP_BYTES = 8 * 1024 * 1024;
const ZEROS = new Uint8Array(1024 * 1024);

export class LogFile {
  readonly #file: number;
  /** The same file, for zeros, which need not be durable one by one. */
  readonly #zerosFile: number;
  #sizeBytes: number;
  #isExtending = false;
  #cannotExtend = false;
  /** Waits until the zeros are written. */
  #held: (() => void) | undefined;
  #onExtended: (() => void) | undefined;

  /** @throws the file system's error */
  constructor(path: string) {
    // O_DSYNC: the write returns when it is durable, which saves the second trip of an fdatasync.
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC, 0o600);
    this.#zerosFile = openSync(path, constants.O_WRONLY);
    this.#sizeBytes = fstatSync(this.#file).size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @returns how many bytes there were. @throws the file system's error */
  read(position: number, target: Uint8Array, length: number): number {
    let done = 0;
    while (done < length) {
      const count = readSync(this.#file, target, done, length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  /** One at a time. */
  write(bytes: Uint8Array, position: number, done: Done): void {
    const end = position + bytes.length;
    if (this.#isExtending && end > this.#sizeBytes) {
      this.#held = () => this.write(bytes, position, done);
      return;
    }
    writeFully(this.#file, bytes, position, 0, (error) => {
      if (error === undefined) {
        this.#sizeBytes = Math.max(this.#sizeBytes, end);
        this.#extendIfNear(end);
      }
      done(error);
    });
  }

  /** @throws the file system's error */
  empty(): void {
    ftruncateSync(this.#file, 0);
    fsyncSync(this.#file);
    this.#sizeBytes = 0;
  }

  /** Nothing may be under way but zeros. */
  async close(): Promise<void> {
    if (this.#isExtending) {
      await new Promise<void>((resolve) => {
        this.#onExtended = resolve;
      });
    }
    closeSync(this.#file);
    closeSync(this.#zerosFile);
  }

  #extendIfNear(end: number): void {
    if (this.#isExtending || this.#cannotExtend || end < LEAST_BYTES || this.#sizeBytes - end > AHEAD_BYTES) return;
    this.#isExtending = true;
    this.#extend(0, (error) => {
      this.#isExtending = false;
      this.#cannotExtend = error !== undefined;
      const held = this.#held;
      this.#held = undefined;
      held?.();
      this.#onExtended?.();
    });
  }

  #extend(written: number, done: Done): void {
    const file = this.#zerosFile;
    if (written < STEP_BYTES) {
      writeFully(file, ZEROS, this.#sizeBytes + written, 0, (error) => {
        if (error === undefined) this.#extend(written + ZEROS.length, done);
        else done(error);
      });
      return;
    }
    fdatasync(file, (error) => {
      if (error === null) this.#sizeBytes += written;
      done(error ?? undefined);
    });
  }
}

function writeFully(file: number, bytes: Uint8Array, position: number, from: number, done: Done): void {
  write(file, bytes, from, bytes.length - from, position + from, (error, written) => {
    if (error !== null) done(error);
    // A short write: the rest tells why.
    else if (from + written < bytes.length) writeFully(file, bytes, position, from + written, done);
    else done();
  });
}
