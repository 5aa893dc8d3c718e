/**
 * The rules of a change of the ring, broken one at a time in whole clusters. With N=1 nobody else has what a replica loses: each rule
 * shows at once. What takes a crash in the one moment in which a move is on its way to the disk is left to the model
 * checker (`src/verification/models`).
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Sender from '../../src/protocols/transfer/sender.ts';
import { CALM_NETWORK, type Simulation, SOUND_DISK } from '../../src/runtime/simulated/index.ts';
import type * as Clusters from './ring-clusters.ts';

const SENDER = '../../src/protocols/transfer/sender.ts';
const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const STEPS = 60;

/** A join, a leave, crashes of anyone, writes and reads all the time. @returns what was lost first. */
function firstLoss({ RingClusters }: typeof Clusters, seed: bigint): string | undefined {
  const cluster = new RingClusters(seed, { isStrict: true, isSingle: true });
  const { simulation } = cluster;
  const { random } = simulation;
  cluster.startAll(NAMES.slice(0, 4));
  cluster.write(60);
  cluster.startNewcomer('n5', ['n1']);
  cluster.runFor(3_000);
  simulation.network.setFaults({ ...CALM_NETWORK, delayMsMin: 2, delayMsMax: 30 });
  for (const name of NAMES) simulation.process(name).disk.setFaults({ ...SOUND_DISK, syncMsMin: 5, syncMsMax: 60 });
  cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
  const [leave, blackout] = [20 + random.below(30), 20 + random.below(40)];
  let cut: [string, string] | undefined;
  const down = new Map<string, number>();
  const stop = (name: string, step: number): void => {
    if (down.has(name)) return;
    simulation.process(name).crash({ powerLoss: random.below(2) === 0 });
    down.set(name, step + 2 + random.below(4));
  };
  for (let step = 0; step < STEPS; step++) {
    for (const [name, until] of down) {
      if (until > step) continue;
      down.delete(name);
      simulation.process(name).restart();
    }
    cluster.burst(4);
    cluster.runFor(10 + random.below(30));
    if (cut !== undefined)
      for (const [from, to] of [cut, cut.toReversed()]) simulation.network.unblock(from as string, to as string);
    cut = random.below(3) === 0 ? (random.shuffle(NAMES).slice(0, 2) as [string, string]) : undefined;
    if (cut !== undefined) cutOff(simulation, cut);
    if (step === leave && !down.has('n1')) cluster.nodes.order('n1', 'cluster-leave', { node: 'n4' });
    if (random.below(8) === 0) stop(`n${2 + random.below(4)}`, step);
    if (step === blackout) for (const name of NAMES) stop(name, step);
    const running = NAMES.filter((name) => !down.has(name));
    cluster.readSome(running, 10);
    if (cluster.missing.length > 0) return cluster.missing[0];
  }
  simulation.heal();
  simulation.network.setFaults(CALM_NETWORK);
  for (const name of down.keys()) simulation.process(name).restart();
  cluster.runFor(500);
  cluster.writeWhile(() => cluster.isSettled(NAMES.slice(0, 3)), 60_000);
  return cluster.lost(['n1', 'n2', 'n3', 'n5'].filter((name) => simulation.process(name).isRunning))[0];
}

/** Who has not heard of a move asks whom it knows. */
function cutOff({ network }: Simulation, [one, other]: readonly [string, string]): void {
  network.breakLinks(one, other);
  network.block(one, other);
  network.block(other, one);
}

/** @returns what was lost first within so many seeds. */
async function lostWithin(seeds: number): Promise<string | undefined> {
  const clusters: typeof Clusters = await import('./ring-clusters.ts');
  for (let seed = 302n; seed < 302n + BigInt(seeds); seed++) {
    const loss = firstLoss(clusters, seed);
    if (loss !== undefined) return `seed ${seed}: ${loss}`;
  }
  return undefined;
}

function breakRules(change: (rules: typeof Sender) => Partial<typeof Sender>): void {
  vi.doMock(SENDER, async (original) => {
    const rules = await original<typeof Sender>();
    return { ...rules, ...change(rules) };
  });
}

describe('where everything has one replica', () => {
  afterEach(() => {
    vi.resetModules();
    vi.doUnmock(SENDER);
  });

  test('nothing is lost, and no read misses what was acknowledged', async () => {
    expect(await lostWithin(6)).toBeUndefined();
  }, 60_000);

  test('the old holder lets go before the new one has confirmed anything', async () => {
    breakRules(({ onCompared }) => ({
      onCompared: (state, number, page, effects) => onCompared(state, number, { ...page, wanted: [] }, effects),
    }));
    expect(await lostWithin(5)).toBeDefined();
  }, 60_000);

  test('what is written during the move does not go to the new holder', async () => {
    breakRules(() => ({ onWritten: () => false }));
    expect(await lostWithin(20)).toBeDefined();
  }, 60_000);
});
