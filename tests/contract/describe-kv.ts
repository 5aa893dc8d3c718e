/**
 * What every Quorate promises its callers, embedded or a cluster: one suite for both. Opened with {@link CONTRACT_BUCKETS} and the
 * default limits; any other bucket has the defaults.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { BucketOptions, Quorate } from '../../src/apps/library/index.ts';
import { describeCalls } from './calls.ts';
import { describeData } from './data.ts';

export const CONTRACT_BUCKETS = {
  latest: { conflict: 'latest' },
  sets: { conflict: 'set' },
  counters: { conflict: 'counter' },
  maps: { conflict: 'map' },
  maxima: { conflict: 'max' },
} as const satisfies Record<string, BucketOptions>;

export function describeKv(name: string, open: () => Promise<Quorate>): void {
  describe(`kv ${name}`, () => {
    let quorate: Quorate;
    beforeAll(async () => {
      quorate = await open();
    });
    afterAll(() => quorate.close());

    describeData(() => quorate);
    describeCalls(() => quorate, open);
  });
}
