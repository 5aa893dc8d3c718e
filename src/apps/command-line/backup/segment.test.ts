import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSegment, encodeSegment, parseSegmentName, segmentName } from './segment.ts';

const damaged = expect.objectContaining({ code: 'backup-damaged', outcome: 'not-applied' });
const segments = fc.record({
  partition: fc.nat(0xffff),
  number: fc.nat(99_999),
  next: fc.option(fc.uint8Array({ minLength: 1, maxLength: 40 }), { nil: undefined }),
  entries: fc.nat(1000),
  versions: fc.nat(1000),
  body: fc.uint8Array({ maxLength: 60 }),
});

test('a file of a backup is read as it was written', () => {
  fc.assert(
    fc.property(segments, (segment) => {
      expect(decodeSegment('p', encodeSegment(segment))).toEqual(segment);
    }),
  );
});

test('every cut and every flipped bit of it is noticed', () => {
  const bytes = encodeSegment({
    partition: 3,
    number: 1,
    next: undefined,
    entries: 1,
    versions: 1,
    body: Uint8Array.of(1, 2, 3),
  });
  for (let length = 0; length < bytes.length; length++) expect(() => decodeSegment('p', bytes.slice(0, length))).toThrow(damaged);
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => decodeSegment('p', flipped)).toThrow(damaged);
  }
});

test('names tell partition and number, and sort by them', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(99_999), (partition, number) => {
      expect(parseSegmentName(segmentName(partition, number))).toEqual({ partition, number });
    }),
  );
  expect(parseSegmentName('backup.json')).toBeUndefined();
  expect([segmentName(10, 0), segmentName(9, 12), segmentName(9, 2)].sort()).toEqual([
    segmentName(9, 2),
    segmentName(9, 12),
    segmentName(10, 0),
  ]);
});
