import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enqueue, hasNext, kindOf, setPaused, startQueue, takeNext, type Waiting, withdraw } from './index.ts';

const MOST_COST = 1000;

describe('a fair queue', () => {
  test('charges kinds that wait all the time alike, to within one piece of work', () => {
    const costs = fc.array(fc.integer({ min: 1, max: MOST_COST }), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(fc.tuple(costs, costs, costs), (all) => {
        const queue = startQueue<null>(all.length);
        for (const [kind, own] of all.entries()) for (const cost of own) enqueue(queue, kind, cost, null);
        const charged = all.map(() => 0);
        while (queue.kinds.every(({ waiting }) => waiting > 0)) {
          const next = takeNext(queue);
          if (next === undefined) throw new Error('work is waiting');
          charged[next.entry.kind] = (charged[next.entry.kind] ?? 0) + next.entry.cost;
          expect(Math.max(...charged) - Math.min(...charged)).toBeLessThanOrEqual(MOST_COST);
        }
      }),
    );
  });

  test('does what lists of each kind do, whatever is asked, withdrawn, paused and taken', () => {
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), kind: fc.nat(2), cost: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), kind: fc.nat(2), isPaused: fc.boolean() }) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const queue = startQueue<number>(3);
        const lists: number[][] = [[], [], []];
        const asked: { entry: Waiting<number>; kind: number; work: number }[] = [];
        const paused = [false, false, false];
        for (const one of commands) {
          if (one.do === 'ask') {
            const work = asked.length;
            asked.push({ entry: enqueue(queue, one.kind, one.cost, work), kind: one.kind, work });
            lists[one.kind]?.push(work);
          } else if (one.do === 'withdraw') {
            const victim = asked[one.which];
            if (victim === undefined) continue;
            withdraw(queue, victim.entry);
            lists[victim.kind] = (lists[victim.kind] ?? []).filter((work) => work !== victim.work);
          } else if (one.do === 'pause') {
            setPaused(queue, one.kind, one.isPaused);
            paused[one.kind] = one.isPaused;
          } else {
            const some = lists.some((list, kind) => list.length > 0 && !paused[kind]);
            expect(hasNext(queue)).toBe(some);
            const next = takeNext(queue);
            expect(next !== undefined).toBe(some);
            if (next !== undefined) expect(next.work).toBe(lists[next.entry.kind]?.shift());
          }
          expect(queue.kinds.map(({ waiting }) => waiting)).toEqual(lists.map(({ length }) => length));
        }
      }),
    );
  });

  test('gives no credit for time in which a kind had nothing to do, or was paused', () => {
    const queue = startQueue<string>(2);
    for (let work = 0; work < 100; work++) enqueue(queue, 0, 10, 'first');
    for (let work = 0; work < 50; work++) takeNext(queue);
    for (let work = 0; work < 100; work++) enqueue(queue, 1, 10, 'second');
    const next = Array.from({ length: 20 }, () => takeNext(queue)?.work);
    expect(next.filter((work) => work === 'second').length).toBe(10);
    expect(kindOf(queue, 1).waitingCost).toBe(900);
  });
});
