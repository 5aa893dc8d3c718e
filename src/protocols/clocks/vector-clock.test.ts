import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import {
  compareClocks,
  decodeClock,
  descends,
  EMPTY_CLOCK,
  encodeClock,
  increment,
  mergeClocks,
  truncate,
  type VectorClock,
} from './vector-clock.ts';

const clock: fc.Arbitrary<VectorClock> = fc
  .uniqueArray(
    fc.record({
      actor: fc.constantFrom('a', 'b', 'c', 'd', 'long.name-1'),
      counter: fc.integer({ min: 1, max: 4 }),
      touched: fc.nat(9),
    }),
    { selector: (entry) => entry.actor },
  )
  .map((entries) => entries.sort((x, y) => (x.actor < y.actor ? -1 : 1)));

function encoded(value: VectorClock): Uint8Array {
  const writer = new Writer();
  encodeClock(writer, value);
  return writer.copy();
}

function decoded(bytes: Uint8Array): VectorClock {
  const reader = new Reader(bytes);
  const value = decodeClock(reader);
  reader.expectEnd();
  return value;
}

describe('vector clocks', () => {
  test("tell the story of the paper's figure 3", () => {
    const d1 = increment(EMPTY_CLOCK, 'Sx');
    const d2 = increment(d1, 'Sx');
    const d3 = increment(d2, 'Sy');
    const d4 = increment(d2, 'Sz');
    const d5 = increment(mergeClocks(d3, d4), 'Sx');
    expect(compareClocks(d1, d2)).toBe('before');
    expect(compareClocks(d4, d2)).toBe('after');
    expect(compareClocks(d3, d4)).toBe('concurrent');
    expect(d5.map(({ actor, counter }) => [actor, counter])).toEqual([
      ['Sx', 3],
      ['Sy', 1],
      ['Sz', 1],
    ]);
    expect(descends(d5, d3) && descends(d5, d4)).toBe(true);
  });

  test('increment leaves the old clock alone and descends from it', () => {
    fc.assert(
      fc.property(clock, fc.constantFrom('a', 'aa', 'c', 'z'), (before, actor) => {
        const copy = structuredClone(before);
        const after = increment(before, actor);
        expect(before).toEqual(copy);
        expect(compareClocks(before, after)).toBe('before');
        expect(decoded(encoded(after))).toEqual(after);
      }),
    );
  });

  test('merge is commutative, associative and idempotent, and the least that descends from both', () => {
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        const merged = mergeClocks(a, b);
        expect(mergeClocks(b, a)).toEqual(merged);
        expect(mergeClocks(a, mergeClocks(b, c))).toEqual(mergeClocks(merged, c));
        expect(mergeClocks(a, a)).toEqual(a);
        expect(descends(merged, a) && descends(merged, b)).toBe(true);
        if (descends(c, a) && descends(c, b)) expect(descends(c, merged)).toBe(true);
      }),
    );
  });

  test('compare does not look at the times', () => {
    const early = increment(EMPTY_CLOCK, 'a', { now: 1 });
    const late = increment(EMPTY_CLOCK, 'a', { now: 1000 });
    expect(compareClocks(early, late)).toBe('equal');
  });
});

describe('truncation', () => {
  const long = ['n1', 'n2', 'n3', 'n4'].reduce<VectorClock>(
    (past, actor, index) => increment(past, actor, { now: index }),
    EMPTY_CLOCK,
  );

  test('keeps the entries that grew last', () => {
    expect(truncate(long, 2).map((entry) => entry.actor)).toEqual(['n3', 'n4']);
    expect(truncate(long)).toBe(long);
  });

  test('never takes the entry of the event itself, even if its wall clock is behind', () => {
    expect(truncate(increment(long, 'n0', { now: -5 }), 1).map((entry) => entry.actor)).toEqual(['n0']);
  });

  test('its hazard: a superseded version looks concurrent', () => {
    const old = increment(EMPTY_CLOCK, 'n1');
    expect(compareClocks(old, long)).toBe('before');
    expect(compareClocks(old, truncate(long, 2))).toBe('concurrent');
  });

  test('its hazard: an actor that counts from 1 again makes a new version look old, unless it remembers what it gave out', () => {
    const old = increment(increment(increment(EMPTY_CLOCK, 'n1'), 'n2'), 'n1');
    const cut = truncate(increment(old, 'n2', { now: 9 }), 1);
    const seenByOther = increment(old, 'n2', { now: 9 });
    expect(compareClocks(increment(cut, 'n1'), seenByOther)).toBe('before');
    expect(compareClocks(increment(cut, 'n1', { issued: 2 }), seenByOther)).toBe('after');
  });
});

describe('the encoding', () => {
  test('has this form', () => {
    const bytes = encoded([{ actor: 'ab', counter: 258, touched: 3 }]);
    expect([...bytes]).toEqual([0, 1, 2, 0x61, 0x62, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 3]);
  });

  test('comes back as it was, and no truncated form is taken', () => {
    fc.assert(
      fc.property(clock, (value) => {
        const bytes = encoded(value);
        expect(decoded(bytes)).toEqual(value);
        for (let length = 0; length < bytes.length; length++)
          expect(() => decoded(bytes.subarray(0, length))).toThrow(MalformedBytes);
      }),
    );
  });

  test('what is accepted is canonical: any bytes are refused or encode to themselves', () => {
    const nearly = fc.tuple(clock, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([value, at, byte]) => {
      const bytes = encoded(value);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        let value: VectorClock;
        try {
          value = decoded(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
          return;
        }
        expect(encoded(value)).toEqual(bytes);
      }),
    );
  });

  test.each([
    [
      'actors out of order',
      [
        { actor: 'b', counter: 1, touched: 0 },
        { actor: 'a', counter: 1, touched: 0 },
      ],
    ],
    [
      'an actor twice',
      [
        { actor: 'a', counter: 1, touched: 0 },
        { actor: 'a', counter: 2, touched: 0 },
      ],
    ],
    ['a counter of zero', [{ actor: 'a', counter: 0, touched: 0 }]],
    ['an actor without a name', [{ actor: '', counter: 1, touched: 0 }]],
  ])('refuses %s', (_, entries) => {
    expect(() => decoded(encoded(entries))).toThrow(MalformedBytes);
  });
});
