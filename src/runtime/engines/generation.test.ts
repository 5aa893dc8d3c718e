import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../bytes/index.ts';
import { ChunkPool } from './chunk-pool.ts';
import { Generation } from './generation.ts';
import { operationBytes, writeOperation } from './log-format.ts';

interface Write {
  /** Which key; equal ones are the same. */
  readonly key: number;
  readonly valueBytes: number | undefined;
}

/** Keys of 256 prefixes, so that a generation moves in many stages. */
function keyBytes(key: number): Uint8Array {
  return Uint8Array.from([1, 0, (key * 97) & 255, key >>> 8, key & 255]);
}

/** A generation as it is found after a start: all of it in the log's file, nothing in memory. */
function logged(writes: readonly Write[]): { generation: Generation; reads: { count: number } } {
  const operations = writes.map(({ key, valueBytes }, index) => ({
    key: keyBytes(key),
    value: valueBytes === undefined ? undefined : new Uint8Array(valueBytes).fill(index),
  }));
  const file = new Uint8Array(operations.reduce((sum, operation) => sum + operationBytes(operation), 0));
  const reads = { count: 0 };
  const read = (_generation: number, position: number, target: Uint8Array, length: number): number => {
    reads.count++;
    const part = file.subarray(position, position + length);
    target.set(part);
    return part.length;
  };
  const damaged = (reason: string): never => {
    throw new Error(reason);
  };
  const generation = new Generation(0, { read, damaged }, new ChunkPool());
  let at = 0;
  for (const operation of operations) {
    generation.addLogged(operation.key, at, operationBytes(operation));
    at = writeOperation(file, at, operation);
  }
  generation.endLogged(at);
  return { generation, reads };
}

function moved(generation: Generation, size: number): [key: string, value: string | undefined][] {
  const all: [string, string | undefined][] = [];
  for (const run of generation.runsInKeyOrder(size)) {
    if (run === undefined) continue;
    expect(run.count).toBeLessThanOrEqual(size);
    for (let index = 0; index < run.count; index++) {
      const extent = run.valueAt(index);
      const value = extent?.subarray(extent.start, extent.end);
      all.push([Buffer.from(run.keyAt(index)).toString('hex'), value && `${value.length}:${value[0]}:${value.at(-1)}`]);
    }
  }
  return all;
}

/** The same by brute force. */
function expected(writes: readonly Write[]): [string, string | undefined][] {
  const last = new Map(writes.map(({ key, valueBytes }, index) => [key, { valueBytes, index }]));
  const entries = [...last].map(([key, { valueBytes, index }]) => ({ bytes: keyBytes(key), valueBytes, fill: index & 255 }));
  entries.sort((a, b) => compareBytes(a.bytes, b.bytes));
  const described = (length: number, fill: number): string =>
    length === 0 ? '0:undefined:undefined' : `${length}:${fill}:${fill}`;
  return entries.map(({ bytes, valueBytes, fill }) => [
    Buffer.from(bytes).toString('hex'),
    valueBytes === undefined ? undefined : described(valueBytes, fill),
  ]);
}

const write = fc.record({
  key: fc.nat(3_000),
  valueBytes: fc.option(fc.oneof(fc.nat(300), fc.nat(100_000)), { nil: undefined, freq: 8 }),
});

describe('the move of a generation that lies in the log', () => {
  test('yields the last operation of each key, in the order of keys', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (writes, size) => {
        expect(moved(logged(writes).generation, size)).toEqual(expected(writes));
      }),
      { numRuns: 60 },
    );
  });

  test('reads through the file a few times instead of once per operation', () => {
    const writes = Array.from({ length: 60_000 }, (_unused, index) => ({ key: (index * 7_919) % 50_000, valueBytes: 400 }));
    const { generation, reads } = logged(writes);
    // To tell keys of one fingerprint apart, when they were added.
    reads.count = 0;
    expect(moved(generation, 400)).toEqual(expected(writes));
    // 24 MB in stages of 8 MiB, each of which looks through windows of 1 MiB.
    expect(reads.count).toBeLessThan(200);
  });
});
