import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedBytes } from '../../runtime/bytes/index.ts';
import { nodeName } from '../ring/index.ts';
import type { Change } from './change.ts';
import { decodeHistory, encodeHistory } from './encoding.ts';

const [a, b] = [nodeName('a'), nodeName('b')];

/** One of each kind. */
const HISTORY: readonly Change[] = [
  { kind: 'join', id: { clock: 1, author: a }, node: a, address: 'a:1', host: 'h', zone: 'z', weight: 258 },
  { kind: 'join', id: { clock: 1, author: b }, node: b, address: 'unix:/b', host: 'h', zone: 'z', weight: 1 },
  { kind: 'weight', id: { clock: 2, author: a }, node: b, weight: 7 },
  { kind: 'address', id: { clock: 3, author: b }, node: a, address: 'a:2' },
  { kind: 'leave', id: { clock: 4, author: a }, node: a },
  { kind: 'remove', id: { clock: 4, author: b }, node: b },
];

describe('the encoding of a history', () => {
  test('has this form', () => {
    const one = encodeHistory(HISTORY.slice(0, 1));
    const text = (value: string): number[] => [value.length, ...[...value].map((character) => character.charCodeAt(0))];
    expect([...one]).toEqual([
      ...[1, 0, 1],
      ...[1, 0, 0, 0, 0, 0, 1],
      ...[...text('a'), ...text('a'), ...text('a:1'), ...text('h'), ...text('z'), 1, 2],
    ]);
  });

  test('comes back as it was', () => {
    expect(decodeHistory(encodeHistory(HISTORY))).toEqual(HISTORY);
    expect(decodeHistory(encodeHistory([]))).toEqual([]);
  });

  test('is refused when cut short anywhere or longer by a byte', () => {
    const bytes = encodeHistory(HISTORY);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeHistory(bytes.subarray(0, length))).toThrow(MalformedBytes);
    expect(() => decodeHistory(new Uint8Array([...bytes, 0]))).toThrow(MalformedBytes);
  });

  test('is canonical: any bytes are refused, or encode to themselves', () => {
    const bytes = encodeHistory(HISTORY);
    const damaged = fc
      .record({ at: fc.nat(bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
      .map(({ at, byte }) => bytes.with(at, byte));
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (input) => {
        let history: readonly Change[];
        try {
          history = decodeHistory(input);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
          return;
        }
        accepted++;
        expect(encodeHistory(history)).toEqual(input);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  const [joinOfA, joinOfB, weight] = HISTORY as [Change, Change, Change];
  test.each<[string, readonly Change[]]>([
    ['changes out of order', [joinOfB, joinOfA]],
    ['a change twice', [joinOfA, joinOfA]],
    ['a time that nobody can have come to', [joinOfA, { ...weight, id: { clock: 3, author: a } }]],
    ['a time of zero', [{ ...joinOfA, id: { clock: 0, author: a } }]],
    ['a weight of zero', [{ ...joinOfA, weight: 0 } as Change]],
    ['an empty address', [{ ...joinOfA, address: '' } as Change]],
    ['an empty zone', [{ ...joinOfA, zone: '' } as Change]],
    ['a host of 64 characters', [{ ...joinOfA, host: 'h'.repeat(64) } as Change]],
    ['a name that is none', [{ ...joinOfA, node: 'a b' } as unknown as Change]],
  ])('is refused with %s', (_, history) => {
    expect(() => decodeHistory(encodeHistory(history))).toThrow(MalformedBytes);
  });

  test('is refused before anything is allocated for a count that cannot be', () => {
    expect(() => decodeHistory(new Uint8Array([1, 0xff, 0xff]))).toThrow(/more than 10000/);
    expect(() => decodeHistory(new Uint8Array([1, 0, 9, 1, 2]))).toThrow(/9 changes announced/);
    expect(() => decodeHistory(new Uint8Array([2, 0, 0]))).toThrow(/format 2/);
  });
});
