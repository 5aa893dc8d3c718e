import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reader, Writer } from '../../runtime/bytes/index.ts';
import {
  clockSection,
  decodeRecord,
  encodeRecord,
  isReadable,
  mayExpire,
  mergeBy,
  nextExpiry,
  type Policy,
  type Versions,
  withoutExpired,
} from './index.ts';

const LATEST_TIME = 20;

/** What some replica may hold: writes of three actors, each known by its dot, which determines all else. */
const state = (policy: Policy): fc.Arbitrary<Versions> =>
  fc
    .array(fc.record({ actor: fc.integer({ min: 1, max: 3 }), counter: fc.integer({ min: 1, max: 4 }) }), { maxLength: 4 })
    .map((dots) =>
      dots.reduce<Versions>(
        (held, dot) => {
          const number = dot.actor * 10 + dot.counter;
          // Every third never expires; the others in an order that has nothing to do with that of the timestamps.
          const expiresAt = number % 3 === 0 ? undefined : (number * 7) % LATEST_TIME;
          const version = {
            dot,
            timestamp: dot.counter * 4 + dot.actor,
            deleted: false,
            field: new Uint8Array(0),
            contentType: '',
            value: Uint8Array.of(number),
            expiresAt,
          };
          return mergeBy(policy, held, { clock: [dot], versions: [version] });
        },
        { clock: [], versions: [] },
      ),
    );
const time = fc.integer({ min: 0, max: LATEST_TIME });
const readable = ({ versions }: Versions, now: number): string =>
  versions
    .filter((version) => isReadable(version, now))
    .map(({ value }) => value.join())
    .join(' ');

function encoded(versions: Versions): Uint8Array {
  const writer = new Writer();
  encodeRecord(writer, versions);
  return writer.copy();
}

describe.each(['siblings', 'latest'] as const)('values for a while, under the policy %s', (policy) => {
  test('come out of their record as they went in, and old records are as they were', () => {
    fc.assert(
      fc.property(state(policy), (versions) => {
        const record = encoded(versions);
        expect(decodeRecord(record)).toEqual(versions);
        expect(mayExpire(record)).toBe(nextExpiry(versions) !== undefined);
        if (nextExpiry(versions) === undefined) expect(record[1]).toBe(0);
        expect(clockSection(record).length).toBeGreaterThan(0);
      }),
    );
    expect(() => decodeRecord(Uint8Array.of(1, 2, ...encoded({ clock: [], versions: [] }).subarray(2)))).toThrow(/flags/);
    expect(new Reader(encoded({ clock: [], versions: [] })).u8()).toBe(1);
  });

  test('are let go without any effect on what can be read then or later, whoever does it when', () => {
    fc.assert(
      fc.property(state(policy), state(policy), time, time, time, (a, b, early, late, now) => {
        const latest = Math.max(early, late, now);
        const expected = readable(mergeBy(policy, a, b), latest);
        const swept = mergeBy(policy, withoutExpired(policy, a, early), withoutExpired(policy, b, late));
        expect(readable(swept, latest)).toBe(expected);
        expect(readable(withoutExpired(policy, swept, latest), latest)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('do not come back from a replica that missed their end', () => {
    fc.assert(
      fc.property(state(policy), time, (a, now) => {
        const swept = withoutExpired(policy, a, now);
        expect(readable(mergeBy(policy, swept, a), now)).toBe(readable(swept, now));
      }),
    );
  });
});
