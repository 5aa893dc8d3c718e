/** Keys, and the names of elements and fields: text as UTF-8, or bytes. */
import { badKey, badName } from './caller-errors.ts';
import { emptyKey, tooLarge } from './errors.ts';
import type { Key } from './interface.ts';

/** What a frame can carry; the limit that counts, that of the cluster, is checked by the nodes. */
const MAX_BYTES = 0xffff;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws QuorateError `empty-key`, `too-large`, `bad-key` */
export function encodeKey(key: Key): Uint8Array {
  const bytes = typeof key === 'string' ? encodeText(key) : key;
  // Two texts that UTF-8 cannot tell apart would share their values.
  if (bytes === undefined)
    throw badKey('has half a surrogate pair, which UTF-8 cannot express', 'Give well-formed text, or bytes.');
  if (!(bytes instanceof Uint8Array)) throw badKey(`is a ${typeof key}`, 'Give text or bytes.');
  if (bytes.length === 0) throw emptyKey();
  if (bytes.length > MAX_BYTES) throw tooLarge('key', bytes.length, MAX_BYTES);
  return bytes;
}

/** @throws QuorateError `bad-key` if it is not UTF-8 */
export function decodeKey(key: Uint8Array): string {
  const text = decodeText(key);
  if (text !== undefined) return text;
  throw badKey(`0x${Buffer.from(key).toString('hex')} is not UTF-8`, 'List with `page`, which gives keys as bytes.');
}

/** @throws QuorateError `bad-value` */
export function encodeName(what: 'element' | 'field', name: string): Uint8Array {
  if (typeof name !== 'string') throw badName(what, `is a ${typeof name}`);
  const bytes = encodeText(name);
  if (bytes === undefined) throw badName(what, 'has half a surrogate pair, which UTF-8 cannot express');
  if (bytes.length === 0) throw badName(what, 'is empty');
  if (bytes.length > MAX_BYTES) throw badName(what, `has ${bytes.length} bytes, more than ${MAX_BYTES}`);
  return bytes;
}

/** `undefined` for text that is not well-formed: UTF-8 would silently replace what it cannot express. */
export function encodeText(text: string): Uint8Array | undefined {
  return text.isWellFormed() ? Buffer.from(text) : undefined;
}

/** `undefined` if they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
