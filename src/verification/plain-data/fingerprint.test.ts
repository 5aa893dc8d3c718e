import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyOf, fingerprintOf, firstDifference, frozen, NotPlainData, textOf } from './index.ts';

const plain = fc.letrec((tie) => ({
  data: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(undefined),
      fc.bigInt(),
      fc.uint8Array({ maxLength: 4 }),
    ),
    fc.array(tie('data'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('data'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string({ maxLength: 2 }), tie('data')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(fc.oneof(fc.integer(), fc.string({ maxLength: 2 })), { maxLength: 4 }).map((values) => new Set(values)),
  ),
})).data;

/** The same content, filled in the opposite order. */
function turned(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(turned);
  if (data instanceof Map) return new Map([...data].reverse().map(([key, value]) => [key, turned(value)]));
  if (data instanceof Set) return new Set([...data].reverse());
  if (data === null || typeof data !== 'object' || ArrayBuffer.isView(data)) return data;
  return Object.fromEntries(
    Object.entries(data)
      .reverse()
      .map(([name, value]) => [name, turned(value)]),
  );
}

const keyOf = (data: unknown) => {
  const { low, high } = fingerprintOf(data);
  return `${low} ${high}`;
};

describe('a fingerprint', () => {
  test('is the same for the same content, in whatever order it was filled, and for a copy', () => {
    fc.assert(
      fc.property(plain, (data) => {
        expect(keyOf(turned(data))).toBe(keyOf(data));
        expect(keyOf(copyOf(data))).toBe(keyOf(data));
        expect(firstDifference(data, turned(data))).toBeUndefined();
      }),
    );
  });

  test('differs where the text of the content differs', () => {
    fc.assert(
      fc.property(plain, plain, (one, other) => {
        const differ = textOf(one) !== textOf(other) || typeof one !== typeof other;
        if (differ) expect(keyOf(one)).not.toBe(keyOf(other));
        if (textOf(one) !== textOf(other)) expect(firstDifference(one, other)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  test('of 200,000 small states is never the same, and in one lane of 32 bits no more often than chance has it', () => {
    const seen = new Set<string>();
    const lows = new Set<number>();
    const highs = new Set<number>();
    const states = 200_000;
    for (let number = 0; number < states; number++) {
      const state = { phase: number % 4, votes: new Set([number % 7, (number >> 3) % 11]), at: [number >> 5, number & 31] };
      const { low, high } = fingerprintOf(state);
      lows.add(low);
      highs.add(high);
      seen.add(`${low} ${high}`);
    }
    expect(seen.size).toBe(states);
    // n^2 / 2^33 pairs share a lane by chance: 4.7 of them; 30 would not happen in an age of the universe.
    expect(states - lows.size).toBeLessThan(30);
    expect(states - highs.size).toBeLessThan(30);
  });

  test('tells apart what a sum over the parts would confuse', () => {
    const keys = [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      [1, 2],
      [2, 1],
      [[1], 2],
      [1, [2]],
      new Set([1, 2]),
      new Map([[1, 2]]),
      new Map([[2, 1]]),
      { a: { b: 1 }, c: {} },
      { a: {}, c: { b: 1 } },
      [],
      {},
      '',
      0,
      false,
      null,
      undefined,
      0.5,
      '0',
      1n,
      new Uint8Array([1, 2]),
    ].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('what has no content is refused, with its place', () => {
  class Hidden {
    #counter = 0;
    next() {
      return this.#counter++;
    }
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;
  test.each([
    ['a function', { log: { entries: [{ apply: () => 1 }] } }, '.log.entries[0].apply'],
    ['an object of class Hidden', { counters: new Map([['a', new Hidden()]]) }, '.counters.get(a)'],
    ['a symbol', [Symbol('x')], '[0]'],
    ['an object of class Promise', { wait: Promise.resolve() }, '.wait'],
    ['or that holds itself', circle, '.self.self'],
  ])('%s', (what, state, path) => {
    const refusal = () => fingerprintOf(state);
    expect(refusal).toThrow(NotPlainData);
    expect(refusal).toThrow(what);
    expect(refusal).toThrow(path);
  });
});

test('the first difference is named by its path', () => {
  const one = { acceptor: { promised: { round: 3 } }, votes: new Map([[1, 'a']]) };
  const other = { acceptor: { promised: { round: 4 } }, votes: new Map([[1, 'b']]) };
  expect(firstDifference(one, other)).toEqual({ path: '.acceptor.promised.round', one: '3', other: '4' });
  expect(firstDifference({ votes: one.votes }, { votes: other.votes })).toEqual({
    path: '.votes.get(1)',
    one: '"a"',
    other: '"b"',
  });
});

test('whoever writes to frozen data is told', () => {
  const message = frozen({ kind: 'accept', ballot: { round: 1 } });
  expect(() => {
    message.ballot.round = 2;
  }).toThrow(TypeError);
});
