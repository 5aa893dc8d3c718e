import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { newSum, type Sum } from '../merkle/index.ts';
import {
  decodeChildrenRequest,
  decodeDifferenceHead,
  decodeDifferenceRequest,
  decodePushHead,
  decodeRecords,
  decodeRoots,
  decodeSums,
  encodeChildrenRequest,
  encodeDifferenceHead,
  encodeDifferenceRequest,
  encodePushHead,
  encodeRecord,
  encodeRoots,
  encodeSums,
  missing,
} from './index.ts';
import { leafOf, runExchange, ToyReplica } from './replica-for-tests.ts';

const write = fc.tuple(
  fc.integer({ min: 0, max: 60 }).map((index) => `key${index}`),
  fc.integer({ min: 1, max: 3 }),
);
const writes = fc.array(write, { maxLength: 80 });
const limit = fc.integer({ min: 1, max: 5 });

function replicaOf(entries: Iterable<readonly [string, number]>): ToyReplica {
  const replica = new ToyReplica();
  for (const [key, version] of entries) replica.write(key, version);
  return replica;
}

function union(a: ToyReplica, b: ToyReplica): Map<string, number> {
  return replicaOf([...a.records, ...b.records]).records;
}

const sorted = (records: ReadonlyMap<string, number>): [string, number][] => [...records].sort();

describe('an exchange', () => {
  test('of equal replicas is one message each way, however many records there are', () => {
    const entries = Array.from({ length: 500 }, (_unused, index) => [`key${index}`, 1] as const);
    const { messages, keys, exchange } = runExchange(replicaOf(entries), replicaOf(entries.toReversed()));
    expect({ messages, keys, phase: exchange.phase }).toEqual({ messages: 2, keys: [], phase: 'done' });
  });

  test('leaves both with what either had, and their trees equal', () => {
    fc.assert(
      fc.property(writes, writes, limit, (mine, yours, records) => {
        const [a, b] = [replicaOf(mine), replicaOf(yours)];
        const all = sorted(union(a, b));
        expect(runExchange(a, b, { limit: records }).exchange.phase).toBe('done');
        expect(sorted(a.records)).toEqual(all);
        expect(sorted(b.records)).toEqual(all);
        expect(a.tree).toEqual(b.tree);
      }),
    );
  });

  test('moves only keys in which they differ, each at most twice', () => {
    fc.assert(
      fc.property(writes, writes, limit, (mine, yours, records) => {
        const [a, b] = [replicaOf(mine), replicaOf(yours)];
        const differing = [...union(a, b).keys()].filter((key) => a.records.get(key) !== b.records.get(key));
        const { keys } = runExchange(a, b, { limit: records });
        for (const key of keys) expect(differing).toContain(key);
        expect(keys.length).toBeLessThanOrEqual(2 * differing.length);
      }),
    );
  });

  test('leaves busy leaves alone: what is in them does not travel, all else does', () => {
    fc.assert(
      fc.property(writes, writes, fc.func(fc.boolean()), fc.func(fc.boolean()), (mine, yours, isBusyHere, isBusyThere) => {
        const [a, b] = [replicaOf(mine), replicaOf(yours)];
        const before = { a: new Map(a.records), b: new Map(b.records) };
        const all = union(a, b);
        expect(runExchange(a, b, { isBusyHere, isBusyThere }).exchange.phase).toBe('done');
        for (const [key, version] of all) {
          const busy = isBusyHere(leafOf(key)) || isBusyThere(leafOf(key));
          expect(a.records.get(key)).toBe(busy ? before.a.get(key) : version);
          expect(b.records.get(key)).toBe(busy ? before.b.get(key) : version);
        }
      }),
    );
  });

  test('bears writes on both sides at every step: what was there before is on both sides after it, unless it was superseded meanwhile', () => {
    fc.assert(
      fc.property(
        writes,
        writes,
        fc.array(fc.tuple(fc.boolean(), write), { maxLength: 30 }),
        limit,
        (mine, yours, during, records) => {
          const [a, b] = [replicaOf(mine), replicaOf(yours)];
          const before = union(a, b);
          const queue = [...during];
          const superseded = new Set<string>();
          const meanwhile = (): undefined => {
            const next = queue.shift();
            if (next === undefined) return;
            const [isMine, [key, version]] = next;
            (isMine ? a : b).write(key, version);
            if (isMine) superseded.add(key);
          };
          if (runExchange(a, b, { limit: records, meanwhile }).exchange.phase !== 'done') return;
          for (const [key, version] of before) {
            expect(a.records.get(key)).toBeGreaterThanOrEqual(version);
            // What the one who began has superseded since it listed it is left to the next exchange.
            if (!superseded.has(key)) expect(b.records.get(key)).toBeGreaterThanOrEqual(version);
          }
        },
      ),
    );
  });

  test('that ends early has done no harm, and the next one has less to do', () => {
    fc.assert(
      fc.property(writes, writes, fc.integer({ min: 0, max: 6 }), limit, (mine, yours, steps, records) => {
        const [a, b] = [replicaOf(mine), replicaOf(yours)];
        const all = sorted(union(a, b));
        let left = steps;
        const { keys } = runExchange(a, b, { limit: records, meanwhile: () => left-- > 0 });
        const rest = runExchange(a, b, { limit: records });
        expect(sorted(a.records)).toEqual(all);
        expect(a.tree).toEqual(b.tree);
        const differing = new Set([...keys, ...rest.keys]);
        expect(keys.length + rest.keys.length).toBeLessThanOrEqual(2 * differing.size + records);
      }),
    );
  });
});

test('what is missing on either side is what a comparison of sets says', () => {
  const digests = fc.uniqueArray(fc.bigInt({ min: 0n, max: 20n }));
  fc.assert(
    fc.property(digests, digests, (ours, theirs) => {
      const { theyLack, weLack } = missing(
        ours.map((digest) => ({ digest })),
        theirs,
      );
      expect(theyLack.map(({ digest }) => digest)).toEqual(ours.filter((digest) => !theirs.includes(digest)));
      expect(weLack).toEqual(theirs.filter((digest) => !ours.includes(digest)));
    }),
  );
});

const sum: fc.Arbitrary<Sum> = fc.tuple(fc.integer(), fc.integer()).map(([low, high]) => {
  const value = newSum();
  value.set([low, high]);
  return value;
});
const tree = { n: fc.integer({ min: 1, max: 16 }), partition: fc.integer({ min: 0, max: 0xffff }) };
const digests = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 5 });
const era = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const bytes = fc.uint8Array({ maxLength: 12 });

/** Each form with what may be in it, how it is written and how it is read. */
const FORMS: readonly [string, fc.Arbitrary<unknown>, (writer: Writer, value: never) => void, (reader: Reader) => unknown][] = [
  ['roots', fc.array(fc.record({ ...tree, root: sum }), { maxLength: 3 }), encodeRoots, decodeRoots],
  [
    'requests for children',
    fc.record({ tree: fc.record(tree), nodes: fc.array(fc.integer({ min: 0, max: 32 }), { maxLength: 4 }) }),
    (writer, { tree: name, nodes }: { tree: never; nodes: number[] }) => encodeChildrenRequest(writer, name, nodes),
    (reader) => decodeChildrenRequest(reader, 33),
  ],
  ['sums', fc.array(fc.option(sum, { nil: undefined }), { maxLength: 4 }), encodeSums, decodeSums],
  [
    'requests for differences',
    fc.record({
      tree: fc.record(tree),
      leaves: fc.array(fc.record({ leaf: fc.integer({ min: 0, max: 1023 }), digests }), { maxLength: 3 }),
    }),
    (writer, { tree: name, leaves }: { tree: never; leaves: never }) => encodeDifferenceRequest(writer, name, leaves),
    (reader) => decodeDifferenceRequest(reader, 1024),
  ],
  [
    'heads of differences',
    fc.record({ more: fc.boolean(), readIn: era, wanted: digests }),
    encodeDifferenceHead,
    decodeDifferenceHead,
  ],
  [
    'heads of pushes',
    fc.record({ tree: fc.record(tree), readIn: era }),
    (writer, { tree: name, readIn }: { tree: never; readIn: number }) => encodePushHead(writer, name, readIn),
    decodePushHead,
  ],
  [
    'records',
    fc.array(fc.record({ storageKey: bytes, checked: bytes }), { maxLength: 3 }),
    (writer, records: never[]) => {
      for (const record of records) encodeRecord(writer, record);
    },
    decodeRecords,
  ],
];

describe.each(FORMS)('%s', (_name, value, encode, decode) => {
  const encoded = (of: unknown): Uint8Array => {
    const writer = new Writer();
    encode(writer, of as never);
    return writer.copy();
  };

  test('are read as they were written', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(decode(new Reader(encoded(of)))).toEqual(of);
      }),
    );
  });

  test('are read or refused, whatever the bytes', () => {
    const refuses = (from: Uint8Array): void => {
      try {
        decode(new Reader(from));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedBytes);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), refuses));
    fc.assert(
      fc.property(value, fc.nat(), fc.nat(), (of, place, bit) => {
        const damaged = encoded(of);
        if (damaged.length === 0) return;
        const at = place % damaged.length;
        damaged[at] = (damaged[at] as number) ^ (1 << (bit % 8));
        refuses(damaged);
        refuses(damaged.subarray(0, at));
      }),
    );
  });
});
