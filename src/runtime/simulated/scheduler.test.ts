import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedDefect } from './defect.ts';
import { Digest } from './digest.ts';
import type { Owner, ScheduledEvent } from './event-queue.ts';
import { Scheduler } from './scheduler.ts';

interface MutableOwner extends Owner {
  alive: boolean;
  paused: boolean;
}

function createScheduler(): Scheduler {
  return new Scheduler(new Digest(), (owner, error) => {
    throw new SimulatedDefect(9n, owner?.name, 0, error);
  });
}

function createOwner(): MutableOwner {
  return { id: 1, name: 'n1', alive: true, paused: false, deferred: [] };
}

/** The same, with a list that is searched for its least event each time. */
class NaiveScheduler {
  time = 0;
  #events: ScheduledEvent[] = [];
  #sequence = 0;

  at(time: number, owner: Owner | undefined, action: () => void): ScheduledEvent {
    const event = { time, sequence: this.#sequence++, owner, action };
    this.#events.push(event);
    return event;
  }

  cancel(event: ScheduledEvent): void {
    this.#events = this.#events.filter((other) => other !== event);
  }

  step(): boolean {
    const first = [...this.#events].sort((a, b) => a.time - b.time || a.sequence - b.sequence)[0];
    if (first === undefined) return false;
    this.cancel(first);
    this.time = first.time;
    first.action?.();
    return true;
  }
}

type Plan = readonly { readonly delay: number; readonly children: readonly number[]; readonly cancels: number | undefined }[];

/** Play a plan: event i schedules its children and cancels another event. The order in which the events happened. */
function play(scheduler: Pick<Scheduler, 'at' | 'cancel' | 'step' | 'time'>, plan: Plan): string[] {
  const order: string[] = [];
  const scheduled: ScheduledEvent[] = [];
  plan.forEach(({ delay, children, cancels }, index) => {
    const event = scheduler.at(delay, undefined, () => {
      order.push(`${index} at ${scheduler.time}`);
      for (const child of children) {
        scheduled.push(
          scheduler.at(scheduler.time + child, undefined, () => order.push(`${index}.${child} at ${scheduler.time}`)),
        );
      }
      const victim = scheduled[cancels ?? -1];
      if (victim !== undefined) scheduler.cancel(victim);
    });
    scheduled.push(event);
  });
  while (scheduler.step());
  return order;
}

describe('the scheduler', () => {
  it('lets events happen in the order of time, then of scheduling, like a naive twin', () => {
    const delay = fc.integer({ min: 0, max: 5 });
    const plan = fc.array(
      fc.record({
        delay,
        children: fc.array(delay, { maxLength: 3 }),
        cancels: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(plan, (events) => {
        expect(play(createScheduler(), events)).toEqual(play(new NaiveScheduler(), events));
      }),
    );
  });

  it('keeps the order while thousands of cancelled events are swept out', () => {
    const scheduler = createScheduler();
    const order: number[] = [];
    for (let index = 0; index < 20_000; index++) {
      const time = 1 + ((index * 7_919) % 1_000);
      const event = scheduler.at(time, undefined, () => order.push(time));
      if (index % 4 !== 0) scheduler.cancel(event);
    }
    while (scheduler.step());
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(5_000);
  });

  it('runs to a time, up to and including it, and sets the clock to it', () => {
    const scheduler = createScheduler();
    const order: number[] = [];
    for (const time of [1_000, 2_000, 2_001]) scheduler.at(time, undefined, () => order.push(time));
    expect(scheduler.run(2)).toBe(true);
    expect(order).toEqual([1_000, 2_000]);
    scheduler.run(10);
    expect(scheduler.now).toBe(10);
  });

  it('runs until a condition holds, and says when it never did', () => {
    const scheduler = createScheduler();
    let count = 0;
    const tick = () => {
      count++;
      scheduler.at(scheduler.time + 1_000, undefined, tick);
    };
    tick();
    expect(scheduler.run(() => count === 5)).toBe(true);
    expect(scheduler.now).toBe(4);
    expect(scheduler.run(() => false, 100)).toBe(false);
    expect(scheduler.now).toBe(104);
  });

  it('lets nothing happen for an owner whose life has ended', () => {
    const scheduler = createScheduler();
    const owner = createOwner();
    let fired = 0;
    scheduler.at(5, owner, () => fired++);
    scheduler.at(1, undefined, () => {
      owner.alive = false;
      scheduler.soon(owner, () => fired++);
    });
    scheduler.run(1);
    expect(fired).toBe(0);
  });

  it('defers the events of a paused owner, in order, and lets a deferred one be cancelled', () => {
    const scheduler = createScheduler();
    const owner = createOwner();
    const order: string[] = [];
    owner.paused = true;
    scheduler.at(1, owner, () => order.push(`first at ${scheduler.time}`));
    const cancelled = scheduler.at(2, owner, () => order.push('cancelled'));
    const second = scheduler.at(3, owner, () => order.push(`second at ${scheduler.time}`));
    scheduler.at(20, owner, () => order.push(`later at ${scheduler.time}`));
    scheduler.at(2, undefined, () => order.push('of another'));
    scheduler.run(0.01);
    expect(order).toEqual(['of another']);
    scheduler.cancel(cancelled);
    owner.paused = false;
    scheduler.release(owner);
    scheduler.cancel(second);
    scheduler.run(1);
    expect(order).toEqual(['of another', 'first at 10', 'later at 20']);
  });

  it('stops with the process and the cause when an event throws', () => {
    const scheduler = createScheduler();
    scheduler.at(1, createOwner(), () => {
      throw new Error('boom');
    });
    expect(() => scheduler.run(1)).toThrow("process 'n1' failed at 0 ms of seed 9: Error: boom");
  });

  it('refuses to go on when time does not', () => {
    const scheduler = createScheduler();
    const again = () => void scheduler.soon(undefined, again);
    again();
    expect(() => scheduler.run(1)).toThrow(/time does not go on/);
  });

  it('lets the continuations of promises run between events', async () => {
    const scheduler = createScheduler();
    const order: string[] = [];
    const chain = async () => {
      for (let hop = 0; hop < 10; hop++) await undefined;
      order.push(`continued at ${scheduler.time}`);
    };
    scheduler.at(1, undefined, () => void chain());
    scheduler.at(2, undefined, () => order.push('next event'));
    await scheduler.runAsync(1);
    expect(order).toEqual(['continued at 1', 'next event']);
  });
});
