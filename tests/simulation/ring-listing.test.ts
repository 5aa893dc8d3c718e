import { expect, test } from 'vitest';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import { RingClusters } from './ring-clusters.ts';

const SEEDS = Array.from({ length: 8 }, (_unused, index) => BigInt(200 + index));
const STEPS = 14;

/** A join, and a leave behind it, with a crash of somebody; a listing at each step through anybody, in pages of a few keys. */
function listings(seed: bigint): { readonly complete: number; readonly refused: number } {
  const cluster = new RingClusters(seed, { isStrict: true });
  const { random } = cluster.simulation;
  cluster.startAll(['n1', 'n2', 'n3', 'n4']);
  cluster.write(30);
  cluster.startNewcomer('n5', ['n1']);
  cluster.runFor(3_000);
  cluster.commit('n1', [{ kind: 'join', node: 'n5' }]);
  const victim = `n${2 + random.below(4)}`;
  const [crash, leave] = [random.below(STEPS), random.below(STEPS)];
  let [complete, refused] = [0, 0];
  for (let step = 0; step < STEPS; step++) {
    cluster.writeWhile(() => false, 20 + 20 * random.below(4));
    if (step === crash) cluster.simulation.process(victim).crash({ powerLoss: random.below(2) === 0 });
    if (step === crash + 3) cluster.simulation.process(victim).restart();
    if (step === leave) cluster.commit('n1', [{ kind: 'leave', node: 'n4' }]);
    const running = ['n1', 'n2', 'n3', 'n4', 'n5'].filter((name) => cluster.simulation.process(name).isRunning);
    const due = cluster.acknowledged;
    const listed = cluster.list(random.pick(running), 1 + random.below(20));
    if (listed instanceof QuorateError) refused++;
    else {
      expect(new Set(listed), `seed ${seed}, step ${step}`).toEqual(new Set([...listed, ...due]));
      complete++;
    }
  }
  return { complete, refused };
}

test('a listing while the ring changes has every key that was acknowledged before it, or fails', () => {
  const results = SEEDS.map(listings);
  expect(results.reduce((sum, { complete }) => sum + complete, 0)).toBeGreaterThan((SEEDS.length * STEPS) / 2);
  expect(results.some(({ refused }) => refused > 0)).toBe(true);
}, 60_000);
