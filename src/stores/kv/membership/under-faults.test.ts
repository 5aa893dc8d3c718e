import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { TestNodes } from './clusters-for-tests.ts';
import { loadHistory } from './stored-history.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];

/** Administrators decide here and there while nodes crash with what is not durable and the network falls apart; then all is well again. */
function troubled(seed: bigint): { readonly nodes: TestNodes; readonly acknowledged: number; readonly crashes: number } {
  const nodes = new TestNodes(seed);
  const { simulation } = nodes;
  const { random } = simulation;
  for (const name of NAMES) nodes.start(name, NAMES);
  nodes.runFor(1_500);
  let [acknowledged, crashes] = [0, 0];
  for (let step = 0; step < 25; step++) {
    const name = NAMES[random.below(NAMES.length)] as string;
    const { isRunning } = simulation.process(name);
    switch (random.below(4)) {
      case 0:
        if (isRunning) simulation.crash(name);
        else simulation.restart(name);
        crashes += isRunning ? 1 : 0;
        break;
      case 1:
        if (step % 2 === 0) simulation.heal();
        else simulation.partition([NAMES.slice(0, 1 + random.below(5)), []]);
        break;
      default:
        if (isRunning) {
          const node = NAMES[random.below(NAMES.length)] as string;
          const outcome = nodes.order(name, 'cluster-weight', { node, weight: 1 + random.below(9) });
          if (!(outcome instanceof QuorateError)) acknowledged++;
          // The author may lose its power the moment it has said so.
          if (random.below(3) === 0) simulation.crash(name);
        }
    }
    nodes.runFor(random.below(1_500));
  }
  simulation.heal();
  for (const name of NAMES) if (!simulation.process(name).isRunning) simulation.restart(name);
  nodes.runFor(30_000);
  return { nodes, acknowledged, crashes };
}

describe('decisions under crashes and partitions', () => {
  test('that were acknowledged are on every disk in the end, with one history and one ring', () => {
    const totals = { acknowledged: 0, crashes: 0 };
    for (let seed = 1n; seed <= 12n; seed++) {
      const { nodes, acknowledged, crashes } = troubled(seed);
      totals.acknowledged += acknowledged;
      totals.crashes += crashes;
      const { version, changes } = nodes.members('n1');
      expect(changes).toBe(NAMES.length + acknowledged);
      for (const name of NAMES) {
        expect(nodes.members(name)).toMatchObject({ version, changes, standing: 'member' });
        expect(nodes.ring(name)).toEqual(nodes.ring('n1'));
        if (acknowledged > 0) expect(loadHistory(nodes.world(name).engine)).toHaveLength(changes);
        for (const other of NAMES) expect(nodes.state(other, name)).toBe('alive');
      }
    }
    expect(totals.acknowledged).toBeGreaterThan(60);
    expect(totals.crashes).toBeGreaterThan(20);
  });
});
