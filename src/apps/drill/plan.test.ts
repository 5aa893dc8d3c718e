import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFault, FAULT_KINDS, type Fault } from './fault.ts';
import { drawPlan } from './plan.ts';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_unused, index) => `n${index + 1}`);
const options = fc.record({
  nodes: fc.integer({ min: 1, max: 9 }).map(names),
  seconds: fc.integer({ min: 5, max: 300 }),
  kinds: fc.subarray([...FAULT_KINDS]),
});
const seeds = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

const touched = (fault: Fault): readonly string[] => (fault.kind === 'partition' ? [...fault.from, ...fault.to] : fault.nodes);

describe('the plan of a drill', () => {
  test('is the same for the same seed, and another for another', () => {
    const given = { nodes: names(3), seconds: 60, kinds: FAULT_KINDS };
    expect(drawPlan(7n, given)).toEqual(drawPlan(7n, given));
    expect(drawPlan(7n, given).faults).not.toEqual(drawPlan(8n, given).faults);
  });

  test('has every kind that was asked for, and no other', () => {
    fc.assert(
      fc.property(seeds, options, (seed, given) => {
        const kinds = new Set(drawPlan(seed, given).faults.map(({ fault }) => fault.kind));
        expect([...kinds].sort()).toEqual([...given.kinds].sort());
      }),
    );
  });

  test('has one fault at a time, each over before the end', () => {
    fc.assert(
      fc.property(seeds, options, (seed, given) => {
        const { faults, durationMs } = drawPlan(seed, given);
        let freeMs = 0;
        for (const { atMs, durationMs: forMs } of faults) {
          expect(atMs).toBeGreaterThan(freeMs);
          expect(forMs).toBeGreaterThan(0);
          freeMs = atMs + forMs;
        }
        expect(freeMs).toBeLessThan(durationMs);
      }),
    );
  });

  test('names nodes of the cluster only, and pauses and cuts off a minority', () => {
    fc.assert(
      fc.property(seeds, options, (seed, given) => {
        for (const { fault } of drawPlan(seed, given).faults) {
          expect(given.nodes).toEqual(expect.arrayContaining([...touched(fault)]));
          if (given.nodes.length < 3) continue;
          if (fault.kind === 'pause') expect(fault.nodes.length * 2).toBeLessThan(given.nodes.length);
          if (fault.kind === 'partition')
            expect(Math.min(fault.from.length, fault.to.length) * 2).toBeLessThan(given.nodes.length);
        }
      }),
    );
  });

  test('cuts off whole zones, with those who are yet to join', () => {
    const zoneOf = (node: string): string => `z${Number(node.slice(1)) % 3}`;
    const { faults } = drawPlan(3n, { nodes: names(6), seconds: 30, kinds: ['zone'], changes: ['join'], zoneOf });
    expect(faults.length).toBeGreaterThan(0);
    for (const { fault } of faults) {
      if (fault.kind !== 'zone') throw new Error(fault.kind);
      expect([...fault.nodes, ...fault.others].sort()).toEqual([...names(7)]);
      expect(fault.nodes.map(zoneOf)).toEqual(fault.nodes.map(() => fault.zone));
      expect(fault.others.map(zoneOf)).not.toContain(fault.zone);
    }
  });

  test('has as many faults with changes as without', () => {
    const given = { nodes: names(3), seconds: 60, kinds: FAULT_KINDS };
    const [without, changing] = [drawPlan(7n, given), drawPlan(7n, { ...given, changes: ['join', 'replace'] })];
    expect(without.changes).toEqual([]);
    expect(changing.changes.map(({ change }) => change.kind)).toEqual(['join', 'replace']);
    expect(changing.faults.length).toBe(without.faults.length);
  });

  test('kills all at once now and then, and cuts one way now and then', () => {
    const drawn = Array.from({ length: 40 }, (_unused, seed) =>
      drawPlan(BigInt(seed), { nodes: names(3), seconds: 12, kinds: ['kill', 'partition'] }).faults.map(({ fault }) =>
        describeFault(fault),
      ),
    ).flat();
    expect(drawn).toContain('kill -9 n1 n2 n3');
    expect(drawn).toContain('kill -9 n2');
    expect(drawn).toContain('partition n1 | n2 n3');
    expect(drawn.some((told) => told.startsWith('one way: '))).toBe(true);
  });
});
