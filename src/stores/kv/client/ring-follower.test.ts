/** Nodes that pass requests on and tell of rings, as each test says, and a client that follows them. */
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeCluster, GET, GET_REPLY, type Received } from '../../../../tests/support/fake-cluster.ts';
import type { RingDescription } from '../interface.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import type { ClientExecutor } from './client-executor.ts';

const BUCKETS = { '*': { ...DEFAULT_SETTINGS, n: 1 } };
const NAMES = ['n1', 'n2', 'n3'];

/** All keys have one home: the first of these. */
function ring(changes: number, nodes: readonly string[] = NAMES, version = `v${changes}`): RingDescription {
  return { partitions: 1, version, nodes, preferenceLists: [nodes.map((_name, index) => index)], changes };
}

describe('a client that follows the ring', () => {
  let cluster: FakeCluster;
  /** What each node knows. */
  let rings: Map<string, RingDescription>;
  let client: ClientExecutor;

  beforeEach(() => {
    cluster = new FakeCluster();
    rings = new Map(NAMES.map((name) => [name, ring(1)]));
    for (const name of NAMES) cluster.startNode(name, answerAs);
    client = cluster.startClient(NAMES);
    cluster.simulation.runFor(100);
    client.followRing(BUCKETS);
    cluster.simulation.runFor(1_000);
  });

  function answerAs(received: Received): void {
    const { node, request } = received;
    const known = rings.get(node) as RingDescription;
    if (request.kind === 'inspect') {
      const status = {
        cluster: 'test',
        answeredBy: node,
        version: '',
        partitions: 1,
        nodes: known.nodes.map(member),
        buckets: {},
      };
      received.reply({ kind: 'inspect', json: JSON.stringify(request.topic === 'ring' ? known : status) });
      return;
    }
    const [home = ''] = known.nodes;
    if (home !== node) received.passOn(home, known.version);
    received.reply();
  }

  function member(name: string) {
    return { name, address: `${name}:7000`, host: name, zone: 'z', weight: 1, up: true, share: 1 };
  }

  function askedOf(kind: string, node?: string): number {
    return cluster.received.filter((one) => one.request.kind === kind && (node === undefined || one.node === node)).length;
  }

  function everyoneKnows(description: RingDescription, nodes: readonly string[] = NAMES): void {
    for (const name of nodes) rings.set(name, description);
  }

  test('asks for the new ring at once when a node had to pass a request on, and asks rightly from then on', () => {
    everyoneKnows(ring(2, ['n3', 'n1', 'n2']));
    expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
    expect(askedOf('get', 'n1')).toBe(1);
    const before = askedOf('inspect');
    cluster.simulation.runFor(50);
    expect(askedOf('inspect') - before).toBe(1);
    for (let count = 0; count < 10; count++) expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
    expect([askedOf('get', 'n1'), askedOf('get', 'n3')]).toEqual([1, 10]);
  });

  test('asks one question at a time, and few a second, however often it is told', () => {
    for (let changes = 2; changes < 102; changes++) {
      everyoneKnows(ring(changes, ['n2', 'n3'], `v${changes}`), ['n1', 'n3']);
      for (let count = 0; count < 5; count++) cluster.ask(client, GET);
      cluster.simulation.runFor(10);
    }
    // The questions of one second: five at most, and one that was due before.
    expect(askedOf('inspect')).toBeLessThanOrEqual(1 + 6);
    expect(askedOf('inspect')).toBeGreaterThan(1);
  });

  test('is not led back by a node that is behind', () => {
    everyoneKnows(ring(5, ['n3', 'n1', 'n2']));
    cluster.outcomeOf(client, GET);
    cluster.simulation.runFor(500);
    // The home itself has not heard of it.
    rings.set('n3', ring(4, ['n1', 'n2', 'n3']));
    for (let count = 0; count < 20; count++) {
      cluster.outcomeOf(client, GET);
      cluster.simulation.runFor(300);
    }
    expect(askedOf('get', 'n3')).toBe(20);
    // One question is enough to find out.
    expect(askedOf('inspect', 'n3')).toBeLessThanOrEqual(2);
  });

  test('is linked to who has come, and asks no more of who has left', () => {
    cluster.startNode('n4', answerAs);
    everyoneKnows(ring(3, ['n4', 'n2', 'n3']), [...NAMES, 'n4']);
    cluster.outcomeOf(client, GET);
    cluster.simulation.runFor(500);
    for (let count = 0; count < 10; count++) cluster.outcomeOf(client, GET);
    expect([askedOf('get', 'n1'), askedOf('get', 'n4')]).toEqual([1, 10]);
    // With a ring of no more nodes than homes any node will do: but not one that left.
    everyoneKnows(ring(4, ['n4']), [...NAMES, 'n4']);
    cluster.simulation.runFor(12_000);
    for (let count = 0; count < 10; count++) cluster.outcomeOf(client, GET);
    expect([askedOf('get', 'n1'), askedOf('get', 'n4')]).toEqual([1, 20]);
  });

  test('does not wait for a node that says nothing of the ring', () => {
    everyoneKnows(ring(2, ['n3', 'n1', 'n2']));
    cluster.simulation.process('n1').pause();
    cluster.ask(client, GET);
    cluster.simulation.runFor(15_000);
    expect(cluster.outcomeOf(client, GET)).toEqual(GET_REPLY);
    cluster.simulation.runFor(500);
    const before = askedOf('get', 'n3');
    for (let count = 0; count < 5; count++) cluster.outcomeOf(client, GET);
    expect(askedOf('get', 'n3') - before).toBe(5);
  });
});
