/** What a node of the floor keeps its values in. A put's bytes are: key length u16, key, value. */

export interface Storage {
  /** `onDurable` is called when the put is on the disk. The input stays as it is until then. */
  put(input: Buffer, start: number, end: number, onDurable: () => void): void;
  /** The value, in a buffer that the next call may use again: read up to its `length`. */
  get(input: Buffer, start: number, end: number): Buffer | undefined;
}

export type StorageName = 'lmdb' | 'log';
