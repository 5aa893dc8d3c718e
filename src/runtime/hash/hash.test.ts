import { expect, test } from 'vitest';
import { crc32, md5 } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');

test('MD5 gives the digests of RFC 1321', () => {
  expect(hex(md5(new Uint8Array(0)))).toBe('d41d8cd98f00b204e9800998ecf8427e');
  expect(hex(md5(bytes('abc')))).toBe('900150983cd24fb0d6963f7d28e17f72');
  expect(hex(md5(bytes('message digest')))).toBe('f96b697d7cb7938d525a2f31aaf161d0');
});

test('CRC-32 gives the check value of the standard, and goes on from a seed', () => {
  expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
  expect(crc32(bytes('6789'), crc32(bytes('12345')))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
});
