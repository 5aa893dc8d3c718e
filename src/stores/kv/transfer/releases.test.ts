import { beforeEach, describe, expect, test } from 'vitest';
import { nodeName, type Ring } from '../../../protocols/ring/index.ts';
import type { Entry, Range } from '../../../runtime/world/index.ts';
import { ringOfConfiguration } from '../known-rings.ts';
import { Releases } from './releases.ts';

const N = 1;
const PARTITIONS = 64;
const [SELF, OTHER] = [nodeName('n1'), nodeName('n2')];
const RING: Ring = ringOfConfiguration(
  [OTHER].map((name) => ({ name, address: 'n2:1', host: name, zone: 'z', weight: 1 })),
  PARTITIONS,
);

/** Of each partition: what is there, who holds it, and how often it was looked into. */
class Machine {
  readonly held = new Set<number>();
  readonly own = new Set<number>();
  readonly looks = new Map<number, number>();
  now = 0;
  /** What a look into a partition takes. */
  lookMs = 0;
  readonly releases = new Releases(
    {
      configuration: { nodeName: SELF, partitions: PARTITIONS },
      seating: { ns: [N], holders: (_n, partition) => [this.own.has(partition) ? SELF : OTHER], wanted: RING },
      world: { clock: { now: () => this.now, wallTime: () => 0 }, engine: { range: (range) => this.#range(range) } },
      registerSeats: { isAwaited: () => false },
    },
    () => false,
  );

  #range({ from }: Range): Entry[] {
    const partition = ((from[1] as number) << 8) | (from[2] as number);
    this.looks.set(partition, (this.looks.get(partition) ?? 0) + 1);
    this.now += this.lookMs;
    return this.held.has(partition) ? [{ key: from, value: new Uint8Array() }] : [];
  }

  get lookedInto(): number {
    return [...this.looks.values()].reduce((sum, count) => sum + count, 0);
  }

  lookALot(): void {
    for (let count = 0; count < PARTITIONS; count++) this.releases.look();
  }
}

describe('what is here without a seat', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  const released = (): number[] => machine.releases.errands.map(({ partition }) => partition).sort((a, b) => a - b);

  test('is found, and released to whoever has one', () => {
    for (const partition of [3, 17]) machine.held.add(partition);
    machine.releases.plan();
    machine.lookALot();
    expect(released()).toEqual([3, 17]);
    expect(machine.releases.errands[0]).toEqual({ purpose: 'release', n: N, partition: 3, place: 0, to: OTHER });
  });

  test('is looked for once, though the seats change again and again, and not where this node has a seat', () => {
    for (let partition = 0; partition < 32; partition++) machine.own.add(partition);
    for (let change = 0; change < 5; change++) {
      machine.releases.plan();
      machine.lookALot();
    }
    expect(machine.lookedInto).toBe(32);
    expect([...machine.looks.keys()].every((partition) => partition >= 32)).toBe(true);
  });

  test('does not hold the node up: once a look was long, the next one waits for the next time', () => {
    machine.lookMs = 5;
    machine.releases.plan();
    machine.releases.look();
    expect(machine.lookedInto).toBe(1);
  });

  test('is looked for again where something was written since', () => {
    machine.releases.plan();
    machine.lookALot();
    machine.held.add(9);
    machine.releases.onWrite(9);
    machine.lookALot();
    expect(released()).toEqual([9]);
    expect(machine.lookedInto).toBe(PARTITIONS + 1);
  });

  test('is not looked for where all of it has just been dropped, unless something was written meanwhile', () => {
    for (const partition of [1, 2]) machine.own.add(partition);
    machine.releases.plan();
    machine.lookALot();
    for (const partition of [1, 2]) {
      machine.own.delete(partition);
      machine.releases.emptying(partition);
    }
    machine.releases.onWrite(2);
    for (const partition of [1, 2]) machine.releases.emptied(partition, true);
    machine.releases.plan();
    machine.lookALot();
    expect([machine.looks.get(1), machine.looks.get(2)]).toEqual([undefined, 1]);
  });

  test('is forgotten when this node has a seat again', () => {
    machine.held.add(5);
    machine.releases.plan();
    machine.lookALot();
    machine.own.add(5);
    machine.releases.plan();
    expect(released()).toEqual([]);
  });
});
