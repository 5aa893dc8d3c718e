import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentReads } from './recent-reads.ts';

const ENTRIES = 500;

test('what is found is what was kept last of an entry, whatever was kept since', () => {
  const drawn = fc.array(fc.record({ entry: fc.nat(ENTRIES - 1), length: fc.integer({ min: 1, max: 40_000 }) }), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(drawn, (kept) => {
      const recent = new RecentReads();
      const last = new Map<number, Uint8Array>();
      for (const [index, { entry, length }] of kept.entries()) {
        const operation = new Uint8Array(length).fill(index);
        // Nothing else is kept of an entry: its bytes stay what they are.
        if (last.has(entry)) continue;
        last.set(entry, operation);
        recent.keep(entry, operation);
      }
      for (const [entry, operation] of last) {
        const at = recent.find(entry);
        if (at >= 0) expect(Buffer.compare(recent.bytes.subarray(at, at + operation.length), operation)).toBe(0);
      }
      const [entry, operation] = [...last].at(-1) ?? [];
      if (entry !== undefined && operation !== undefined && operation.length <= 32 * 1024)
        expect(recent.find(entry)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 30 },
  );
});

test('what is long is not kept, what was never kept is not found, and nothing after the entries have become others', () => {
  const recent = new RecentReads();
  expect(recent.find(0)).toBe(-1);
  recent.keep(0, new Uint8Array(100_000));
  recent.keep(1, Uint8Array.of(7));
  expect([recent.find(0), recent.find(1)]).toEqual([-1, 0]);
  recent.clear();
  expect(recent.find(1)).toBe(-1);
});
