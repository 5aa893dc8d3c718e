/**
 * Which record expires when, in the order of time, beside the data.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x08, expiries | 1 |
 * | when the first of the record's versions expires, milliseconds since 1970 | 6 |
 * | storage key | the rest |
 *
 * An entry is written with its record, in one batch. It may be out of date: then the record has another one.
 */
import { Reader, Writer } from '../../../runtime/bytes/index.ts';

const SPACE = 0x08;
const PREFIX_BYTES = 7;

export function expiryKey(expiresAt: number, storageKey: Uint8Array): Uint8Array {
  return new Writer(PREFIX_BYTES + storageKey.length).u8(SPACE).u48(expiresAt).bytes(storageKey).copy();
}

/** Everything that expires up to that time, or ever. */
export function expiryRange(until?: number): { readonly from: Uint8Array; readonly to: Uint8Array } {
  const to =
    until === undefined
      ? Uint8Array.of(SPACE + 1)
      : new Writer(PREFIX_BYTES)
          .u8(SPACE)
          .u48(until + 1)
          .copy();
  return { from: Uint8Array.of(SPACE), to };
}

/** @throws MalformedBytes */
export function parseExpiryKey(key: Uint8Array): { readonly expiresAt: number; readonly storageKey: Uint8Array } {
  const reader = new Reader(key);
  reader.u8();
  return { expiresAt: reader.u48(), storageKey: reader.rest() };
}
