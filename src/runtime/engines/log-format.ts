/**
 * The form of the write-ahead log. Numbers are big-endian. A group is one write:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 4 | length of the operations |
 * | 4 | 4 | CRC-32 of all that follows |
 * | 8 | 6 | generation |
 * | 14 | 6 | index of the group within its generation, from 0 |
 * | 20 | | operations: key length 2, key, present 1, [value length 4, value] |
 */
import { crc32 } from '../hash/index.ts';
import type { Operation } from './engine.ts';

export const HEADER_BYTES = 20;
/** The checksum covers what is behind it. */
export const CHECKED_FROM = 8;

const KEY_OVERHEAD_BYTES = 3;
const VALUE_OVERHEAD_BYTES = 4;

/** How long an operation is in the log. */
export function operationBytes({ key, value }: Operation): number {
  return KEY_OVERHEAD_BYTES + key.length + (value === undefined ? 0 : VALUE_OVERHEAD_BYTES + value.length);
}

/**
 * How many bytes the operation at `at` takes, as far as its first `known` bytes tell: if that is more than `known`, so many are
 * needed to tell more.
 */
export function neededBytes(bytes: Uint8Array, at: number, known: number): number {
  if (known < 2) return 2;
  const plain = KEY_OVERHEAD_BYTES + lengthAt(bytes, at);
  if (known < plain || bytes[at + plain - 1] === 0) return plain;
  const needed = plain + VALUE_OVERHEAD_BYTES;
  if (known < needed) return needed;
  return needed + lengthAt(bytes, at + plain) * 0x1_0000 + lengthAt(bytes, at + plain + 2);
}

/** A length of two bytes. */
export function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** @returns where the next one begins. */
export function writeOperation(bytes: Uint8Array, start: number, { key, value }: Operation): number {
  let at = start;
  bytes[at++] = key.length >>> 8;
  bytes[at++] = key.length;
  bytes.set(key, at);
  at += key.length;
  bytes[at++] = value === undefined ? 0 : 1;
  if (value === undefined) return at;
  at = writeU32(bytes, at, value.length);
  bytes.set(value, at);
  return at + value.length;
}

/** Fill in the header of the group that lies from `start` to `end`. */
export function writeHeader(bytes: Uint8Array, start: number, end: number, generation: number, index: number): void {
  writeU48(bytes, start + CHECKED_FROM, generation);
  writeU48(bytes, start + CHECKED_FROM + 6, index);
  writeU32(bytes, start, end - start - HEADER_BYTES);
  writeU32(bytes, start + 4, crc32(bytes.subarray(start + CHECKED_FROM, end)));
}

function writeU48(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes[at] = high >>> 8;
  bytes[at + 1] = high;
  writeU32(bytes, at + 2, value % 0x1_0000_0000);
}

function writeU32(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
  return at + 4;
}
