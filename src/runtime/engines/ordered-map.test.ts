import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OrderedMap } from './ordered-map.ts';

const EVERYTHING = { from: Uint8Array.of(), to: new Uint8Array(8).fill(0xff) };

function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, number);
  return key;
}

function contents(map: OrderedMap): number[] {
  return [...map.entries(EVERYTHING)].map(({ key, value }) => new DataView(key.buffer).getUint32(0) * 256 + (value[0] ?? 0));
}

function expected(twin: ReadonlyMap<number, number>): number[] {
  return [...twin].sort(([a], [b]) => a - b).map(([key, value]) => key * 256 + value);
}

// Runs of neighbouring keys fill and empty whole nodes; a capacity of 64 needs thousands of keys for three levels.
const run = fc.record({
  start: fc.nat(9_000),
  length: fc.nat(1_500),
  step: fc.integer({ min: 1, max: 7 }),
  value: fc.nat(255),
  isDelete: fc.boolean(),
});

it('holds what a sorted map holds through splits and emptied nodes, and copies never change', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 14 }), (runs) => {
      const map = new OrderedMap();
      const twin = new Map<number, number>();
      const copies: { copy: OrderedMap; contents: number[] }[] = [];
      for (const { start, length, step, value, isDelete } of runs) {
        for (let count = 0; count < length; count++) {
          const key = start + count * step;
          if (isDelete) {
            map.delete(keyOf(key));
            twin.delete(key);
          } else {
            map.set(keyOf(key), Uint8Array.of(value));
            twin.set(key, value);
          }
        }
        copies.push({ copy: map.copy(), contents: expected(twin) });
        expect(contents(map)).toEqual(expected(twin));
        expect(map.get(keyOf(start))?.[0]).toBe(twin.get(start));
      }
      for (const { copy, contents: then } of copies) expect(contents(copy)).toEqual(then);
      copies[0]?.copy.set(keyOf(1), Uint8Array.of(1));
      expect(contents(map)).toEqual(expected(twin));
    }),
    { numRuns: 40 },
  );
});
