import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WALL_TIME_AT_START } from './clock.ts';
import { Simulation } from './simulation.ts';

function startOne() {
  const simulation = new Simulation(1n);
  const node = simulation.start('n1');
  return { simulation, node, world: node.world };
}

describe('the clocks of a process', () => {
  it('go with the time of the simulation', () => {
    const { simulation, world } = startOne();
    const start = world.clock.now();
    simulation.run(1_500.25);
    expect(world.clock.now() - start).toBeCloseTo(1_500.25, 6);
    expect(world.clock.wallTime()).toBe(WALL_TIME_AT_START + 1_500);
  });

  it('start somewhere else in each process and each life', () => {
    const { simulation, node, world } = startOne();
    const first = world.clock.now();
    expect(simulation.start('n2').world.clock.now()).not.toBe(first);
    node.crash();
    expect(node.restart().world.clock.now()).not.toBe(first);
  });

  it('jump on the wall only, for that process only, and stay so over a restart', () => {
    const { simulation, node, world } = startOne();
    const other = simulation.start('n2').world;
    const before = world.clock.now();
    simulation.clockJump('n1', -3_600_000);
    expect(world.clock.wallTime()).toBe(WALL_TIME_AT_START - 3_600_000);
    expect(world.clock.now()).toBe(before);
    expect(other.clock.wallTime()).toBe(WALL_TIME_AT_START);
    node.crash();
    expect(node.restart().world.clock.wallTime()).toBe(WALL_TIME_AT_START - 3_600_000);
  });

  it('drift, and timers with them, which never fire early by the clock that set them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400_000, max: 400_000 }), fc.integer({ min: 0, max: 100_000 }), (perMillion, delayMs) => {
        const { simulation, node, world } = startOne();
        simulation.run(3.5);
        node.clock.drift(perMillion);
        const start = world.clock.now();
        let fired = -1;
        world.timers.after(delayMs, () => {
          fired = world.clock.now() - start;
        });
        simulation.runFor(delayMs * 2 + 1);
        expect(fired).toBeGreaterThanOrEqual(delayMs - 1e-5);
        expect(fired).toBeLessThan(delayMs + 0.01);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the timers of a process', () => {
  it('fire once, again and again, or not at all when cancelled', () => {
    const { simulation, world } = startOne();
    const order: string[] = [];
    const note = (what: string) => () => order.push(`${what} ${simulation.now}`);
    world.timers.after(10, note('after'));
    world.timers.after(5, note('never')).cancel();
    const ticks = world.timers.every(4, () => {
      note('every')();
      if (simulation.now === 12) ticks.cancel();
    });
    simulation.run(100);
    expect(order).toEqual(['every 4', 'every 8', 'after 10', 'every 12']);
  });

  it('call soon behind the events at hand, at the same instant', () => {
    const { simulation, world } = startOne();
    const order: string[] = [];
    world.timers.after(1, () => {
      world.timers.soon(() => order.push(`soon ${simulation.now}`));
      order.push('first');
    });
    world.timers.after(1, () => order.push('second'));
    simulation.run(2);
    expect(order).toEqual(['first', 'second', 'soon 1']);
  });

  it('do not outlive the process, nor fire while it is paused', () => {
    const { simulation, node, world } = startOne();
    const fired: number[] = [];
    world.timers.after(10, () => fired.push(simulation.now));
    world.timers.after(100, () => fired.push(-1));
    node.pause();
    simulation.run(50);
    expect(fired).toEqual([]);
    node.resume();
    simulation.run(60);
    expect(fired).toEqual([50]);
    node.crash();
    world.timers.after(1, () => fired.push(-2));
    simulation.run(200);
    expect(fired).toEqual([50]);
  });
});
