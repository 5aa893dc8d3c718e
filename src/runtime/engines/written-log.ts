import type { QuorateError } from '../errors/index.ts';

/** What the log has written of a generation. */
export interface WrittenLog {
  /** @returns how many bytes there were. @throws QuorateError `disk-failed` */
  read(generation: number, position: number, target: Uint8Array, length: number): number;
  /** The error for bytes that are not there any more. */
  damaged(reason: string): QuorateError;
}
