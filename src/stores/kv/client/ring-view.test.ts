/** Five nodes in the simulated world and one client that knows the ring, or does not. */
import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import { KvNode } from '../index.ts';
import { configurationOf, memberOf, startNodes } from '../nodes-for-tests.ts';
import { SILENT_OBSERVER } from '../observer.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { ClientExecutor } from './client-executor.ts';
import { RingView } from './ring-view.ts';

const utf8 = new TextEncoder();
const names = ['n1', 'n2', 'n3', 'n4', 'n5'];
const BUCKETS = { '*': DEFAULT_SETTINGS };
const READS = 200;

/** How many requests the nodes carried out or passed on, for so many of the client. */
function carriedOut(knowsRing: boolean, crashed: readonly string[] = []): { requests: number; answers: number } {
  const simulation = new Simulation(5n);
  let requests = 0;
  const observer = { ...SILENT_OBSERVER, request: () => requests++ };
  const settings = { clusterName: 'c', partitions: 16, maxInFlight: 1000 };
  startNodes(simulation, names, (world, nodeName) => new KvNode(world, configurationOf(nodeName, names, settings), observer));
  const { world } = simulation.process('client').start();
  const client = new ClientExecutor(world, { addresses: names.map((name) => memberOf(name).address) });
  simulation.runFor(500);
  if (knowsRing) client.followRing(BUCKETS);
  simulation.runFor(100);
  for (const name of crashed) simulation.crash(name);
  simulation.runFor(1_000);
  let answers = 0;
  for (let read = 0; read < READS; read++) {
    const key = utf8.encode(`key ${read}`);
    const handler = { reply: () => void answers++, fail: () => {} };
    client.execute({ kind: 'get', bucket: 'b', key, r: 0, timeoutMs: 1000 }, handler);
    simulation.runFor(5);
  }
  simulation.runFor(2_000);
  return { requests, answers };
}

describe('a client', () => {
  test('that knows the ring asks home replicas: nothing is passed on', () => {
    expect(carriedOut(true)).toEqual({ requests: READS, answers: READS });
  });

  test('that knows none asks anyone, and two in five requests take one more step', () => {
    const { requests, answers } = carriedOut(false);
    expect(answers).toBe(READS);
    expect(requests).toBeGreaterThan(READS * 1.3);
  });

  test('goes around homes that are down', () => {
    expect(carriedOut(true, ['n2', 'n3'])).toMatchObject({ answers: READS });
  });
});

test('a view without a ring, or of a cluster in which everyone is a home, has no say', () => {
  const view = new RingView(BUCKETS);
  expect(view.homesOf('b', utf8.encode('k'))).toBeUndefined();
  view.update(JSON.stringify({ partitions: 1, version: 'v', nodes: ['a', 'b', 'c'], preferenceLists: [[0, 1, 2]] }));
  expect(view.homesOf('b', utf8.encode('k'))).toBeUndefined();
  view.update(JSON.stringify({ partitions: 1, version: 'w', nodes: ['a', 'b', 'c', 'd'], preferenceLists: [[3, 1, 2, 0]] }));
  expect(view.homesOf('b', utf8.encode('k'))).toEqual(['d', 'b', 'c']);
  // The same version tells no more than its name.
  view.update(JSON.stringify({ partitions: 1, version: 'w', nodes: [], preferenceLists: [] }));
  expect(view.homesOf('b', utf8.encode('k'))).toEqual(['d', 'b', 'c']);
});
