import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Event, eventsOf, type Step } from './happened-before.ts';
import { compareStamps, lamportClock, receive, tick } from './lamport.ts';
import {
  type CausalOrder,
  compareClocks,
  EMPTY_CLOCK,
  increment,
  mergeClocks,
  truncate,
  type VectorClock,
} from './vector-clock.ts';

const PROCESSES = 5;
const process = fc.nat(PROCESSES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('local' as const, 'send' as const), process }),
  fc.record({ kind: fc.constant('receive' as const), process, message: fc.nat(20) }),
);
const run = fc.array(step, { maxLength: 40 }).map(eventsOf);

function truth(events: readonly Event[], a: number, b: number): CausalOrder {
  if (a === b) return 'equal';
  if (events[b]?.past.has(a)) return 'before';
  return events[a]?.past.has(b) ? 'after' : 'concurrent';
}

function forEachPair(events: readonly Event[], check: (a: number, b: number) => void): void {
  for (let a = 0; a < events.length; a++) for (let b = 0; b < events.length; b++) check(a, b);
}

function lamportTimes(events: readonly Event[]): number[] {
  const clocks = Array.from({ length: PROCESSES }, () => lamportClock());
  const times: number[] = [];
  for (const event of events) {
    const clock = clocks[event.process] as (typeof clocks)[number];
    times.push(event.sender === undefined ? tick(clock) : receive(clock, times[event.sender] as number));
  }
  return times;
}

/** `finish` is applied to each event's clock, and the result is what the process goes on with. */
function vectorClocks(
  events: readonly Event[],
  finish: (clock: VectorClock) => VectorClock,
  wallClocks: readonly number[],
): VectorClock[] {
  const own = new Array<VectorClock>(PROCESSES).fill(EMPTY_CLOCK);
  const issued = new Array<number>(PROCESSES).fill(0);
  const clocks: VectorClock[] = [];
  for (const [index, event] of events.entries()) {
    const mine = own[event.process] as VectorClock;
    const past = event.sender === undefined ? mine : mergeClocks(mine, clocks[event.sender] as VectorClock);
    const now = index + (wallClocks[event.process] as number);
    const clock = finish(increment(past, `p${event.process}`, { now, issued: issued[event.process] as number }));
    issued[event.process] = (issued[event.process] as number) + 1;
    own[event.process] = clock;
    clocks.push(clock);
  }
  return clocks;
}

const NO_SKEW = new Array<number>(PROCESSES).fill(0);

describe('against the graph of events', () => {
  test('Lamport: whatever happened before has the smaller time, and the total order agrees', () => {
    fc.assert(
      fc.property(run, (events) => {
        const times = lamportTimes(events);
        const stamps = events.map((event, index) => ({ time: times[index] as number, process: `p${event.process}` }));
        forEachPair(events, (a, b) => {
          const order = compareStamps(stamps[a] as (typeof stamps)[number], stamps[b] as (typeof stamps)[number]);
          if (events[b]?.past.has(a)) expect(order).toBeLessThan(0);
          expect(order === 0).toBe(a === b);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('vector clocks: before, after, equal and concurrent are exactly what they say', () => {
    fc.assert(
      fc.property(run, (events) => {
        const clocks = vectorClocks(events, (clock) => clock, NO_SKEW);
        forEachPair(events, (a, b) => {
          expect(compareClocks(clocks[a] as VectorClock, clocks[b] as VectorClock)).toBe(truth(events, a, b));
        });
      }),
      { numRuns: 60 },
    );
  });

  test('truncated vector clocks never call an event past that is not, whatever the wall clocks say', () => {
    const skews = fc.array(fc.nat(1000), { minLength: PROCESSES, maxLength: PROCESSES });
    fc.assert(
      fc.property(run, skews, fc.integer({ min: 1, max: 3 }), (events, skew, limit) => {
        const clocks = vectorClocks(events, (clock) => truncate(clock, limit), skew);
        forEachPair(events, (a, b) => {
          const told = compareClocks(clocks[a] as VectorClock, clocks[b] as VectorClock);
          expect([truth(events, a, b), 'concurrent']).toContain(told);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('the runs are worth judging by: all four relations and receipts occur', () => {
    const seen = new Set<string>();
    for (const events of fc.sample(run, { numRuns: 50, seed: 1 })) {
      forEachPair(events, (a, b) => void seen.add(truth(events, a, b)));
      if (events.some((event) => event.sender !== undefined)) seen.add('receipt');
    }
    expect([...seen].sort()).toEqual(['after', 'before', 'concurrent', 'equal', 'receipt']);
  });
});
