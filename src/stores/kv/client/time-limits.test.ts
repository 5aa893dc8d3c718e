import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import { Chain, type ChainLink } from './chain.ts';
import { type Limited, type Registration, TimeLimits } from './time-limits.ts';

describe('a chain', () => {
  it('is a list that items leave from anywhere', () => {
    const command = fc.oneof(fc.constant('append' as const), fc.constant('first' as const), fc.nat(20));
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const chain = new Chain<number>();
        const links: ChainLink<number>[] = [];
        let model: number[] = [];
        for (const one of commands) {
          if (one === 'append') {
            model.push(links.length);
            links.push(chain.append(links.length));
          } else if (one === 'first') {
            model.shift();
            chain.removeFirst();
          } else if (one < links.length) {
            // Also of items that have left: then without effect.
            model = model.filter((item) => item !== one);
            chain.remove(links[one]!);
          }
          expect([chain.first, chain.size]).toEqual([model[0], model.length]);
        }
        const rest: (number | undefined)[] = [];
        for (; chain.size > 0; chain.removeFirst()) rest.push(chain.first);
        expect(rest).toEqual(model);
      }),
    );
  });
});

describe('time limits', () => {
  it('call each at its deadline, at most a step late, unless it has left', () => {
    const operation = fc.record({
      atMs: fc.nat(200),
      limitMs: fc.integer({ min: 1, max: 100 }),
      leavesAfterMs: fc.option(fc.nat(150)),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        const simulation = new Simulation('1');
        const { clock, timers } = simulation.start('client').world;
        const limits = new TimeLimits(clock, timers);
        const start = clock.now();
        const called = operations.map(() => [] as number[]);
        operations.forEach(({ atMs, limitMs, leavesAfterMs }, index) => {
          const limited: Limited = { deadline: 0, onDeadline: () => called[index]!.push(clock.now() - start) };
          let registration: Registration | undefined;
          simulation.after(atMs, () => {
            registration = limits.add(limited, limitMs);
          });
          if (leavesAfterMs !== null) simulation.after(atMs + leavesAfterMs, () => registration && limits.remove(registration));
        });
        simulation.runFor(1_000);
        operations.forEach(({ atMs, limitMs, leavesAfterMs }, index) => {
          const due = atMs + limitMs;
          const times = called[index]!;
          const hasLeft = leavesAfterMs !== null && leavesAfterMs <= limitMs - 1;
          const stays = leavesAfterMs === null || leavesAfterMs > limitMs + 11;
          if (hasLeft) expect(times).toEqual([]);
          if (stays) expect(times.length).toBe(1);
          for (const time of times) {
            expect(time).toBeGreaterThanOrEqual(due);
            expect(time).toBeLessThanOrEqual(due + 11);
          }
        });
      }),
    );
  });

  it('need no timer while nothing is under way', () => {
    const simulation = new Simulation('1');
    const { clock, timers } = simulation.start('client').world;
    const limits = new TimeLimits(clock, timers);
    limits.remove(limits.add({ deadline: 0, onDeadline() {} }, 60_000));
    simulation.runFor(20);
    expect(simulation.step()).toBe(false);
  });
});
