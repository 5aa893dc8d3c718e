import { expect, test } from 'vitest';
import { type Decision, fromConfiguration, versionOf } from '../membership/index.ts';
import { nodeName } from '../ring/index.ts';
import { makePlan } from './index.ts';

const author = nodeName('n1');
const PARTITIONS = 64;

function planFor(nodes: readonly { name: string; host?: string }[], decisions: readonly Decision[], n = 3) {
  const history = fromConfiguration(nodes.map((node) => ({ ...node, address: `${node.name}:1` })));
  return { history, plan: makePlan({ history, author, decisions, partitions: PARTITIONS, n, bytesOf: () => 10 }) };
}

function join(name: string, host = name): Decision {
  return { kind: 'join', node: nodeName(name), address: `${name}:1`, host, zone: 'default', weight: 1 };
}

const four = ['n1', 'n2', 'n3', 'n4'].map((name) => ({ name }));

test('a join moves a fair share to the new node, and nothing between the others', () => {
  const { plan, history } = planFor(four, [join('n5')]);
  const newcomer = plan.nodes.find(({ name }) => name === 'n5');
  expect(newcomer?.after).toBeGreaterThanOrEqual(Math.floor((PARTITIONS * 3) / 5) - 1);
  expect(newcomer?.bytes).toBe(10 * (newcomer?.gains ?? 0));
  expect(plan.nodes.reduce((sum, { gains }) => sum + gains, 0)).toBe(newcomer?.gains);
  expect(plan.imbalance.after).toBeLessThan(1.1);
  expect(plan.version).toBe(versionOf(history, PARTITIONS));
  expect(plan.unsafe).toEqual([]);
});

test('a leave moves what the node had, and leaves every list with n distinct nodes', () => {
  const { plan } = planFor(four, [{ kind: 'leave', node: nodeName('n4') }]);
  expect(plan.nodes.find(({ name }) => name === 'n4')).toMatchObject({ after: 0, gains: 0 });
  expect(plan.moves.every(({ gains, loses }) => gains.length === loses.length)).toBe(true);
  for (let partition = 0; partition < PARTITIONS; partition++) expect(new Set(plan.after.replicas(partition, 3)).size).toBe(3);
});

test('replicas that would share a machine are counted, and whether there are machines enough', () => {
  const { plan } = planFor(
    [
      { name: 'n1', host: 'a' },
      { name: 'n2', host: 'b' },
      { name: 'n3', host: 'c' },
    ],
    [join('n4', 'c'), { kind: 'remove', node: nodeName('n1') }],
  );
  expect(plan.unsafe).toHaveLength(PARTITIONS);
  expect(plan.avoidable).toBe(0);
});
