/** Hashes: pure functions, so both worlds share them. The digests are from Node's own libraries. */
import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

export { fnv1a } from './fnv1a.ts';

const MD5_BYTES = 16;

/** MD5, 16 bytes: the position on the ring (the Dynamo paper, section 4.2). Spreads keys; protects nothing. */
export function md5(bytes: Uint8Array): Uint8Array {
  // As text, and from there by hand: for a Buffer, Node would allocate memory outside its heap, three times the price of the hash.
  const text = hash('md5', bytes, 'binary');
  const digest = new Uint8Array(MD5_BYTES);
  for (let index = 0; index < MD5_BYTES; index++) digest[index] = text.charCodeAt(index);
  return digest;
}

/** CRC-32 (IEEE 802.3); `seed` continues an earlier run. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  return zlibCrc32(bytes, seed);
}
