import { describe, expect, test } from 'vitest';
import { Writer } from '../bytes/index.ts';
import { beginFrame, commitFrame, FRAME_HEADER_BYTES, frameSize, isReply, MAX_FRAME_BYTES, transportKind } from './frame.ts';

function frame(kind: number, correlation: number, body: readonly number[]): Uint8Array {
  const writer = new Writer();
  const start = beginFrame(writer, kind, correlation);
  writer.bytes(Uint8Array.from(body));
  commitFrame(writer, start);
  return writer.copy();
}

describe('a frame on the wire', () => {
  test('has exactly these bytes', () => {
    expect([...frame(0x81, 0xdeadbeef, [1, 2, 3])]).toEqual([0, 0, 0, 11, 0x81, 0, 0, 0, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3]);
    expect([...frame(0xf1, 0, [])]).toEqual([0, 0, 0, 8, 0xf1, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('follows others in the same writer', () => {
    const writer = new Writer();
    const first = beginFrame(writer, 1, 1);
    commitFrame(writer, first);
    const second = beginFrame(writer, 2, 2);
    writer.u8(9);
    commitFrame(writer, second);
    expect([...writer.copy()]).toEqual([...frame(1, 1, []), ...frame(2, 2, [9])]);
  });

  test('may be as large as the limit, header included, and not one byte larger', () => {
    const writer = new Writer();
    const fits = beginFrame(writer, 1, 1);
    writer.bytes(new Uint8Array(88));
    commitFrame(writer, fits, 100);
    expect(frameSize(writer.view(), 0, 100)).toBe(100);

    const tooLarge = beginFrame(writer, 1, 2);
    writer.bytes(new Uint8Array(89));
    expect(() => commitFrame(writer, tooLarge, 100)).toThrow(
      expect.objectContaining({ code: 'frame-too-large', outcome: 'not-applied', data: { sizeBytes: 101, maxFrameBytes: 100 } }),
    );
    expect(writer.length, 'what was written before stays, the large frame is taken back').toBe(100);
  });
});

describe('the header is checked', () => {
  const header = frame(1, 7, []);

  test.each([0, 1, 7])('a length of %i, under that of an empty frame, is malformed', (length) => {
    const bytes = Uint8Array.from(header);
    bytes[3] = length;
    expect(() => frameSize(bytes, 0, MAX_FRAME_BYTES)).toThrow(/under the least/);
  });

  test('a length over the limit is malformed, also the largest there is', () => {
    expect(() => frameSize(header, 0, FRAME_HEADER_BYTES - 1)).toThrow(/over the limit/);
    const bytes = Uint8Array.from(header).fill(0xff, 0, 4);
    expect(() => frameSize(bytes, 0, MAX_FRAME_BYTES)).toThrow(/4294967299 bytes is over the limit/);
  });

  test.each([5, 6, 7])('every bit of byte %i must be 0', (offset) => {
    for (let bit = 0; bit < 8; bit++) {
      const bytes = Uint8Array.from(header);
      bytes[offset] = 1 << bit;
      expect(() => frameSize(bytes, 0, MAX_FRAME_BYTES)).toThrow(/flags|reserved/);
    }
  });
});

test('kinds 0x80 to 0xef are replies', () => {
  expect([0, 0x7f, 0x80, 0xef, 0xf0, 0xff].map(isReply)).toEqual([false, false, true, true, false, false]);
  expect(Object.values(transportKind).some(isReply)).toBe(false);
});
