/**
 * Text from printable ASCII bytes. The names of buckets and content types come again with every request, so the last text of each
 * slot of a small table is kept, and given again when the bytes are the same: then no text is made at all.
 */
import { MalformedBytes } from './malformed-bytes.ts';

const SLOTS = 64;
const kept = new Array<string>(SLOTS).fill('');

/** @throws MalformedBytes if a byte is not printable ASCII. */
export function asciiText(bytes: Uint8Array, at: number, length: number): string {
  if (length === 0) return '';
  const slot = ((bytes[at] as number) * 31 + (bytes[at + length - 1] as number) * 7 + length) % SLOTS;
  const known = kept[slot] as string;
  if (isSame(known, bytes, at, length)) return known;
  let text = '';
  for (let index = at; index < at + length; index++) {
    const code = bytes[index] as number;
    if (code < 0x20 || code > 0x7e) throw new MalformedBytes(`byte ${code} is not printable ASCII`);
    text += String.fromCharCode(code);
  }
  kept[slot] = text;
  return text;
}

function isSame(text: string, bytes: Uint8Array, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
}
