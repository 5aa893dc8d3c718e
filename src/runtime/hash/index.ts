/** Digests from Node's own libraries: pure functions, so both worlds share them. */
import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** MD5, 16 bytes: the position on the ring (the Dynamo paper, section 4.2). Spreads keys; protects nothing. */
export function md5(bytes: Uint8Array): Uint8Array {
  return hash('md5', bytes, 'buffer');
}

/** CRC-32 (IEEE 802.3); `seed` continues an earlier run. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  return zlibCrc32(bytes, seed);
}
