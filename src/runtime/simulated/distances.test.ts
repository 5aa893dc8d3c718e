import { describe, expect, test } from 'vitest';
import { Distances } from './distances.ts';
import { CALM_NETWORK } from './path.ts';
import { Simulation } from './simulation.ts';

const zoneOf = (process: string): string | undefined => ({ a1: 'a', a2: 'a', b1: 'b' })[process];

function delaysMs(simulation: Simulation, from: string, to: string): number[] {
  const path = simulation.network.path(from, to);
  return Array.from({ length: 200 }, () => path.delay() / 1_000);
}

describe('distances between zones', () => {
  test('are added to what the network takes, each way its own', () => {
    const simulation = new Simulation(1n);
    simulation.network.setDistances(new Distances(zoneOf, { a: { a: 0.2, b: 40 }, b: { a: 60 } }));
    const spans = [
      ['a1', 'b1', 40],
      ['b1', 'a1', 60],
      ['a1', 'a2', 0.2],
      ['a1', 'client', 0],
    ] as const;
    for (const [from, to, distance] of spans) {
      const delays = delaysMs(simulation, from, to);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(distance + CALM_NETWORK.delayMsMin);
      expect(Math.max(...delays)).toBeLessThanOrEqual(distance + CALM_NETWORK.delayMsMax);
    }
  });

  test('stay when the weather changes, and hold for ways that were known before', () => {
    const simulation = new Simulation(1n);
    simulation.network.path('a1', 'b1');
    simulation.network.setDistances(Distances.equal(zoneOf, ['a', 'b'], 30));
    simulation.network.setFaults({ delayMsMin: 0, delayMsMax: 0 });
    expect(new Set(delaysMs(simulation, 'a1', 'b1'))).toEqual(new Set([30]));
    expect(new Set(delaysMs(simulation, 'a2', 'a1'))).toEqual(new Set([0]));
  });

  test('what is no time is refused', () => {
    expect(() => new Distances(zoneOf, { a: { b: -1 } })).toThrow('-1 ms from zone a to b');
  });

  test('none changes nothing: the same seed draws the same delays with no zones and with zones of no distance', () => {
    const [plain, zoned] = [new Simulation(7n), new Simulation(7n)];
    zoned.network.setDistances(Distances.equal(zoneOf, ['a', 'b'], 0));
    expect(delaysMs(zoned, 'a1', 'b1')).toEqual(delaysMs(plain, 'a1', 'b1'));
  });
});
