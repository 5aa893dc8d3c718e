import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import { SILENT_OBSERVER } from '../observer.ts';
import { ServiceHost } from '../services.ts';
import { Background, type BackgroundKind, backgroundService, foregroundObserver } from './index.ts';

/** A node's background work in simulated time. */
class TestBackground {
  readonly simulation = new Simulation(5n);
  readonly background: Background;
  readonly world: NodeWorld;

  constructor(targetMs?: number) {
    const worlds: NodeWorld[] = [];
    this.simulation.start('n1', (world) => worlds.push(world));
    this.world = worlds[0] as NodeWorld;
    this.background = new Background(this.world, targetMs);
  }

  /** Ask again and again until told to stop; returns how many slices went through so far. */
  endless(kind: BackgroundKind, costBytes: number): () => number {
    let slices = 0;
    const next = (): void => {
      slices++;
      this.background.run(kind, costBytes, next);
    };
    this.background.run(kind, costBytes, next);
    return () => slices;
  }
}

const SLICE = 64 * 1024;

describe('background work', () => {
  test('is called once, soon, and never before it has asked', () => {
    const { background, simulation } = new TestBackground();
    let calls = 0;
    background.run('transfer', SLICE, () => calls++);
    expect(calls).toBe(0);
    simulation.runFor(10);
    expect(calls).toBe(1);
    simulation.runFor(1000);
    expect(calls).toBe(1);
  });

  test('is not called once it was withdrawn, or the node is stopping', () => {
    const { background, simulation } = new TestBackground();
    let calls = 0;
    background.run('transfer', SLICE, () => calls++)();
    simulation.runFor(1000);
    background.run('transfer', SLICE, () => calls++);
    background.stop();
    background.run('hints', SLICE, () => calls++);
    simulation.runFor(1000);
    expect(calls).toBe(0);
  });

  test('may not cost what is no number', () => {
    const { background } = new TestBackground();
    expect(() => background.run('backup', Number.NaN, () => {})).toThrow(/not NaN/);
  });

  test('goes faster and faster while nobody is in the foreground', () => {
    const { background, endless, simulation } = withEndless();
    const slices = endless('transfer', SLICE);
    simulation.runFor(3000);
    const before = slices();
    simulation.runFor(1000);
    expect((slices() - before) * SLICE).toBeGreaterThan(30 * 1024 * 1024);
    expect(background.status()).toMatchObject({ heldBackBy: 'nothing', kinds: { transfer: { waiting: 1 } } });
  });

  test('is held back to the floor while requests are slower than the target, and goes on when they are not', () => {
    const { background, endless, simulation } = withEndless(20);
    const slices = endless('anti-entropy', SLICE);
    simulation.runFor(2000);
    const requests = (durationMs: number): void => {
      for (let request = 0; request < 20; request++) background.onRequest(durationMs);
      simulation.runFor(50);
    };
    for (let round = 0; round < 40; round++) requests(21);
    const before = slices();
    for (let round = 0; round < 200; round++) requests(21);
    const heldBack = slices() - before;
    expect(heldBack).toBeGreaterThanOrEqual(23);
    expect(heldBack).toBeLessThan(29);
    expect(background.status()).toMatchObject({ targetMs: 20, heldBackBy: 'foreground', requestP999Ms: 24 });
    for (let round = 0; round < 400; round++) requests(9);
    const after = slices();
    for (let round = 0; round < 200; round++) requests(9);
    expect(slices() - after).toBeGreaterThan(heldBack * 4);
  });

  test('of several kinds shares evenly, whatever the size of their slices', () => {
    const { background, endless, simulation } = withEndless(20);
    endless('transfer', SLICE);
    endless('hints', 1024);
    endless('scrub', 0);
    simulation.runFor(100);
    for (let round = 0; round < 200; round++) {
      for (let write = 0; write < 10; write++) background.onRequest(1000);
      simulation.runFor(100);
    }
    const { transfer, hints, scrub } = background.status().kinds;
    expect(transfer.bytes).toBeGreaterThan(256 * 1024);
    expect(Math.abs(transfer.bytes - hints.bytes)).toBeLessThanOrEqual(2 * SLICE);
    expect(Math.abs(transfer.bytes - scrub.bytes)).toBeLessThanOrEqual(2 * SLICE);
  });

  test('of a kind that is paused waits, while the others go on', () => {
    const { background, endless, simulation } = withEndless();
    background.pause('backup');
    const backup = endless('backup', SLICE);
    const scrub = endless('scrub', SLICE);
    simulation.runFor(1000);
    expect([backup(), scrub() > 10]).toEqual([0, true]);
    background.resume('backup');
    simulation.runFor(1000);
    expect(backup()).toBeGreaterThan(10);
  });

  test('leaves no timer behind when there is none', () => {
    const { background, simulation } = new TestBackground();
    background.run('scrub', SLICE, () => {});
    simulation.runFor(10_000);
    const { fired } = simulation.scheduler;
    simulation.runFor(10_000);
    expect(simulation.scheduler.fired).toBe(fired);
  });
});

function withEndless(targetMs?: number): Pick<TestBackground, 'background' | 'simulation' | 'endless'> {
  const test = new TestBackground(targetMs);
  return { background: test.background, simulation: test.simulation, endless: (kind, cost) => test.endless(kind, cost) };
}

describe('an administrator', () => {
  test('sees, pauses and resumes each kind, or all', () => {
    const { background } = new TestBackground();
    const host = new ServiceHost([backgroundService(background)]);
    const order = (command: string, argument: string): void => {
      host.administer({ kind: 'administer', command, argument, timeoutMs: 1 }, { reply: () => {}, fail: () => {} });
    };
    order('background-pause', '"hints"');
    expect(host.inspect('background', '')).toMatchObject({ kinds: { hints: { paused: true }, scrub: { paused: false } } });
    order('background-pause', '');
    expect([background.isPaused('scrub'), background.isPaused('hints')]).toEqual([true, true]);
    order('background-resume', '');
    expect([background.isPaused('scrub'), background.isPaused('hints')]).toEqual([false, false]);
    expect(() => order('background-pause', '"sleep"')).toThrow(QuorateError);
  });
});

test('foreground are the requests that were answered, but no listings', () => {
  const { background } = new TestBackground();
  const observer = foregroundObserver(SILENT_OBSERVER, background);
  observer.request('get', 1, 'ok');
  observer.request('list', 1, 'ok');
  observer.request('put', 1, 'timeout');
  expect(background.status().requests).toBe(1);
});
