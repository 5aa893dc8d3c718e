import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AdmissionState,
  adjustRate,
  CONTROL_INTERVAL_MS,
  creditAfterMs,
  onAsked,
  onControl,
  onForeground,
  onSlices,
  type RateLimits,
  startAdmission,
  startRate,
} from './index.ts';
import { type Plant, PlantRun } from './plant-for-tests.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const RATES: RateLimits = { floor: 64 * KIB, start: MIB, near: MIB, ceiling: 256 * MIB };

function admission(targetMs = 50): AdmissionState<null> {
  return startAdmission({ kinds: 2, targetMs, rates: RATES }, 0);
}

const busy = (capacity: number): Plant => ({ capacity, requestsPerInterval: 200, slowOneIn: 0 });
const idle: Plant = { capacity: 0, requestsPerInterval: 0, slowOneIn: 0 };
const quiet: Plant = { capacity: Number.POSITIVE_INFINITY, requestsPerInterval: 2, slowOneIn: 0 };

describe('the rate of background work', () => {
  test('converges: whatever the machine bears, nine tenths of the time it is within it, and half of it is used', () => {
    fc.assert(
      fc.property(fc.integer({ min: 256 * KIB, max: 16 * MIB }), (capacity) => {
        const state = admission();
        const run = new PlantRun(state);
        run.intervals(300, busy(capacity));
        let above = 0;
        let bytes = 0;
        const intervals = 300;
        for (let interval = 0; interval < intervals; interval++) {
          const went = run.interval(busy(capacity));
          bytes += went;
          if (went > (capacity * CONTROL_INTERVAL_MS) / 1000) above++;
        }
        expect(above / intervals).toBeLessThan(0.1);
        expect((bytes * 1000) / (intervals * CONTROL_INTERVAL_MS) / capacity).toBeGreaterThan(0.5);
      }),
      { numRuns: 20 },
    );
  });

  test('never starves what waits: a foreground that is always slow leaves the floor', () => {
    const run = new PlantRun(admission());
    run.intervals(50, busy(0));
    expect(run.intervals(100, busy(0))).toBeGreaterThanOrEqual(RATES.floor * 0.95);
    expect(run.intervals(100, busy(0))).toBeLessThan(RATES.floor * 1.2);
  });

  test('falls to the floor within a second and a half when the tail rises', () => {
    const state = admission();
    const run = new PlantRun(state);
    run.intervals(50, idle);
    expect(state.rate.rate).toBe(RATES.ceiling);
    run.intervals(15, busy(0));
    expect(state.rate.rate).toBe(RATES.floor);
  });

  test('is as high as it gets within a second when nobody is in the foreground', () => {
    const state = admission();
    new PlantRun(state).intervals(10, idle);
    expect(state.rate.rate).toBe(RATES.ceiling);
  });

  test('does not mind one slow request in two thousand, but one in five hundred', () => {
    const rateWith = (slowOneIn: number): number => {
      const state = admission();
      new PlantRun(state).intervals(200, { capacity: Number.POSITIVE_INFINITY, requestsPerInterval: 500, slowOneIn });
      return state.rate.rate;
    };
    expect(rateWith(2000)).toBe(RATES.ceiling);
    expect(rateWith(500)).toBe(RATES.floor);
  });

  test('does not mind a single slow request among few', () => {
    const state = admission();
    const run = new PlantRun(state);
    run.intervals(10, quiet);
    onForeground(state, 'request', 1000);
    run.intervals(1, quiet);
    expect(state.evidence.tail).toBe('within');
  });

  test('is that of the last busy time as soon as the foreground is back, and not that of the pause', () => {
    const state = admission();
    const run = new PlantRun(state);
    run.intervals(400, busy(8 * MIB));
    run.intervals(20, idle);
    expect(state.rate.rate).toBe(RATES.ceiling);
    for (let request = 0; request < 2; request++) onForeground(state, 'request', 1);
    expect(state.rate.rate).toBeLessThan(9 * MIB);
    expect(state.rate.rate).toBeGreaterThan(4 * MIB);
  });

  test('goes down before anyone is slow: when some come near the target', () => {
    const state = admission();
    const run = new PlantRun(state);
    run.intervals(30, { ...quiet, requestsPerInterval: 200 });
    const before = state.rate.rate;
    for (let request = 0; request < 20; request++) onForeground(state, 'request', 30);
    run.intervals(1, { ...quiet, requestsPerInterval: 200 });
    expect(state.evidence.tail).toBe('near');
    expect(state.rate.rate).toBeLessThan(before);
    expect(state.rate.rate).toBeGreaterThan(before * 0.9);
  });

  test('approaches what was too much once with small steps', () => {
    const state = admission();
    const run = new PlantRun(state);
    run.intervals(300, busy(8 * MIB));
    let above = 0;
    for (let interval = 0; interval < 600; interval++)
      if (run.interval(busy(8 * MIB)) > (8 * MIB * CONTROL_INTERVAL_MS) / 1000) above++;
    expect(above).toBeLessThan(6);
  });

  test('takes a slow disk for a slow foreground, and a long queue before the node too', () => {
    const disk = admission();
    for (let write = 0; write < 2; write++) onForeground(disk, 'storage', 51);
    onControl(disk, 100, 0);
    const queue = admission();
    onForeground(queue, 'request', 1);
    onControl(queue, 160, 60);
    const nobody = admission();
    onControl(nobody, 160, 60);
    expect([disk, queue, nobody].map(({ evidence }) => evidence.tail)).toEqual(['above-now', 'above-now', 'within']);
  });

  test('stays within its limits, and grows only when it was used up', () => {
    const evidence = fc.record({
      tail: fc.constantFrom('none', 'within', 'near', 'above-now', 'above-earlier' as const),
      usedUp: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(evidence, { maxLength: 60 }), (events) => {
        const state = startRate(RATES);
        for (const event of events) {
          const before = state.rate;
          adjustRate(state, RATES, event);
          expect(Number.isInteger(state.rate) && state.rate >= RATES.floor && state.rate <= RATES.ceiling).toBe(true);
          if (state.rate > before) {
            expect(event.usedUp).toBe(true);
            expect(event.tail === 'none' || event.tail === 'within' || state.rate <= RATES.start).toBe(true);
          }
          if (event.tail === 'above-now') expect(state.rate).toBeLessThanOrEqual(Math.max(RATES.floor, before / 2));
        }
      }),
    );
  });
});

describe('slices', () => {
  test('go through no faster than the rate, a burst and one slice allow, whatever their sizes and whenever one asks', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 20 }), cost: fc.integer({ min: 1, max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        const state = admission();
        let now = 0;
        let went = 0;
        let largest = 0;
        for (const { waitMs, cost } of steps) {
          now += waitMs;
          onAsked(state, 0, cost, null);
          onSlices(state, now, (_work, _kind, bytes) => {
            went += bytes;
            largest = Math.max(largest, bytes);
            return true;
          });
          const rate = state.rate.rate / 1000;
          expect(went).toBeLessThanOrEqual(rate * now + rate * 5 + largest);
        }
      }),
    );
  });

  test('all go through in the end, each once: waiting for the credit is enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 200 }), (costs) => {
        const state = startAdmission<number>({ kinds: 2, targetMs: 50, rates: RATES }, 0);
        const went: number[] = [];
        for (const [index, cost] of costs.entries()) onAsked(state, 0, cost, index);
        let now = 0;
        for (let turn = 0; turn < 2 * costs.length + 1; turn++) {
          onSlices(state, now, (index) => went.push(index) > 0);
          now += creditAfterMs(state) + 0.001;
        }
        expect(went).toEqual(costs.map((_cost, index) => index));
      }),
    );
  });

  test('of a turn end when whoever does them has no more time', () => {
    const state = admission();
    for (let slice = 0; slice < 9; slice++) onAsked(state, 0, 0, null);
    let admitted = 0;
    onSlices(state, 1, () => ++admitted < 3);
    expect(admitted).toBe(3);
  });

  test('of a turn are at most 64, lest they be felt themselves', () => {
    const state = admission();
    for (let slice = 0; slice < 200; slice++) onAsked(state, 0, 0, null);
    let admitted = 0;
    onSlices(state, 1, () => ++admitted > 0);
    expect(admitted).toBe(64);
  });
});
