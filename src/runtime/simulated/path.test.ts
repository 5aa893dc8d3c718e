import { describe, expect, it } from 'vitest';
import { connect } from '../../../tests/runtime/link-recorder.ts';
import type { PathFaults } from './path.ts';
import { Simulation } from './simulation.ts';

describe('faults of the network', () => {
  const COUNT = 20_000;
  const sendMany = (faults: Partial<PathFaults>) => {
    const { simulation, here, there } = connect({ seed: 5n, faults });
    let next = 0;
    simulation.every(0.1, () => {
      here.send(next);
      return ++next < COUNT;
    });
    simulation.runFor(10_000);
    return { counts: simulation.network.counts, received: there.received };
  };
  // Three standard deviations at a share of 5 %: 0.46 %.
  const expectShare = (count: number) => {
    expect(count / COUNT).toBeGreaterThan(0.045);
    expect(count / COUNT).toBeLessThan(0.055);
  };

  it('lose the set share of frames', () => {
    const { counts, received } = sendMany({ lossPerMillion: 50_000 });
    expectShare(COUNT - received.length);
    expect(counts.lost).toBe(COUNT - received.length);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  it('duplicate the set share of frames', () => {
    const { counts, received } = sendMany({ duplicationPerMillion: 50_000 });
    expectShare(received.length - COUNT);
    expect(counts.duplicated).toBe(received.length - COUNT);
    expect(new Set(received).size).toBe(COUNT);
  });

  it('reorder the set share of frames, and no others', () => {
    const { counts, received } = sendMany({ reorderingPerMillion: 50_000, reorderingMsMax: 20 });
    expectShare(counts.reordered);
    const overtaken = received.filter((number, index) => index > 0 && number < (received[index - 1] as number)).length;
    // Held back for 10 ms on average, with a frame every 0.1 ms: nearly all of them are overtaken.
    expect(overtaken).toBeGreaterThan(counts.reordered * 0.8);
    expect(overtaken).toBeLessThanOrEqual(counts.reordered);
    expect(new Set(received).size).toBe(COUNT);
  });

  it('delay within the set bounds, and the set share for long', () => {
    const { simulation, here, there } = connect({
      faults: { delayMsMin: 2, delayMsMax: 3, longDelayPerMillion: 200_000, longDelayMsMax: 400 },
    });
    const delays: number[] = [];
    let sent = 0;
    there.read = () => delays.push(simulation.now - sent);
    for (let count = 0; count < 1_000; count++) {
      sent = simulation.now;
      here.send(count);
      simulation.run(() => delays.length > count);
    }
    const long = delays.filter((delay) => delay > 3);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...delays)).toBeGreaterThan(350);
    expect(Math.max(...delays)).toBeLessThanOrEqual(400);
    expect(long.length).toBeGreaterThan(150);
    expect(long.length).toBeLessThan(250);
  });

  it('apply to one direction of one pair when set so', () => {
    const { simulation, here, there } = connect();
    simulation.network.setFaultsBetween('n1', 'n2', { lossPerMillion: 1_000_000 });
    here.send(1);
    there.send(2);
    simulation.runFor(10);
    expect(there.received).toEqual([]);
    expect(here.received).toEqual([2]);
  });

  it('break links, which both sides are told', () => {
    const { simulation, here, there } = connect({ faults: { breakPerMillion: 1_000_000 } });
    here.send(1);
    simulation.runFor(10);
    expect([...here.closes, ...there.closes].map(({ kind }) => kind)).toEqual(['lost', 'lost']);
    expect(there.received).toEqual([]);
  });

  it('have a long tail when asked to: each doubling of the span is as likely as the one before', () => {
    const { simulation } = connect({ faults: { delayMsMin: 1, delayMsMax: 2, tailPerMillion: 500_000 } });
    const path = simulation.network.path('n1', 'n2');
    const delays = Array.from({ length: 8_000 }, () => (path.delay() - 1_000) / 1_000);
    const beyond = (span: number): number => delays.filter((delay) => delay > span).length;
    expect(beyond(1)).toBeGreaterThan(2 * beyond(4));
    expect(beyond(4)).toBeGreaterThan(2 * beyond(16));
    expect(beyond(16)).toBeGreaterThan(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_024);
  });

  it('let frames wait in line for the bandwidth, and the sender knows how many bytes wait', () => {
    const { simulation, here, there } = connect({ faults: { delayMsMin: 0, delayMsMax: 0, bytesPerMs: 1 } });
    const before = simulation.now;
    for (let frame = 0; frame < 5; frame++) here.send(frame);
    const waiting = here.link?.bufferedBytes ?? -1;
    expect(waiting).toBeGreaterThan(5 * 2);
    simulation.run(() => there.received.length === 5);
    expect(simulation.now - before).toBe(waiting);
    expect(here.link?.bufferedBytes ?? -1).toBe(0);
    expect(there.received).toEqual([0, 1, 2, 3, 4]);
  });

  it('are refused when out of range', () => {
    const { network: narrow } = new Simulation(1n);
    expect(() => narrow.setFaults({ bytesPerMs: 0.5 })).toThrow('bytesPerMs 0.5');
    expect(() => narrow.setFaults({ tailPerMillion: 999_999 })).toThrow('tailPerMillion 999999');
    const { network } = new Simulation(1n);
    expect(() => network.setFaults({ lossPerMillion: 0.5 })).toThrow('lossPerMillion 0.5');
    expect(() => network.setFaults({ delayMsMin: 5, delayMsMax: 4 })).toThrow('delayMsMax 4 is less than delayMsMin 5');
  });
});
