import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFresh } from '../../../protocols/hedging/index.ts';
import { type NodeName, nodeName, type Partition, type Ring, type RingNode } from '../../../protocols/ring/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Peers } from '../peers.ts';
import { type Target, Topology } from './topology.ts';

const PARTITIONS = 4;
const NAMES = ['n1', 'n2', 'n3', 'n4'].map(nodeName);
const NODES: readonly RingNode[] = NAMES.map((name) => ({ name, host: name, zone: 'z', weight: 1 }));

/** Of each partition, who answers for it. */
type Holders = readonly (readonly NodeName[])[];

function ring(holders: Holders, nodes = NODES): Ring {
  return {
    partitions: PARTITIONS,
    version: '',
    nodes,
    partitionOf: () => 0,
    preferenceList: (partition) => holders[partition] ?? [],
    replicas: (partition) => holders[partition] ?? [],
  };
}

/** Each peer is dialled when it is asked for, and again after it was closed. */
class FakePeers {
  readonly #peers = new Map<string, Peer>();
  #dialled = 0;
  readonly get = (name: string): Peer | undefined => this.#peers.get(name);
  readonly reach = (name: string): Peer | undefined => {
    const peer = this.#peers.get(name) ?? ({ isUp: true, number: this.#dialled++ } as unknown as Peer);
    this.#peers.set(name, peer);
    return peer;
  };

  close(name: string): void {
    this.#peers.delete(name);
  }

  linked: (name: string, now: number) => void = () => {};

  observeLinks(onLinked: (name: string, now: number) => void): void {
    this.linked = onLinked;
  }
}

function topologyOf(first: Ring, peers: FakePeers): Topology {
  return new Topology('n1', first, peers as unknown as Peers);
}

function read(topology: Topology): readonly (readonly [readonly Target[], readonly Target[]])[] {
  return Array.from({ length: PARTITIONS }, (_unused, partition: Partition) => [
    topology.replicas(partition, 3),
    topology.readTargets(partition, 3, 1),
  ]);
}

/** Who is asked, and by which link. */
function asked(topology: Topology): unknown {
  return read(topology).map((lists) => lists.map((targets) => targets.map(({ name, peer }) => [name, peer])));
}

const replicas = fc.shuffledSubarray([...NAMES], { minLength: 3, maxLength: 3 });
const changes = fc.array(
  fc.record({
    partition: fc.nat(PARTITIONS - 1),
    holders: replicas,
    closed: fc.option(fc.constantFrom('n2', 'n3', 'n4'), { freq: 3 }),
    areOtherNodes: fc.boolean(),
    isRead: fc.boolean(),
  }),
  { maxLength: 12 },
);

describe('a topology whose seats change hands', () => {
  test('asks whom one asks that has known no other ring', () => {
    fc.assert(
      fc.property(fc.array(replicas, { minLength: PARTITIONS, maxLength: PARTITIONS }), changes, (first, all) => {
        const peers = new FakePeers();
        let [holders, nodes]: [Holders, readonly RingNode[]] = [first, NODES];
        const topology = topologyOf(ring(holders), peers);
        for (const { partition, holders: now, closed, areOtherNodes, isRead } of all) {
          if (isRead) asked(topology);
          if (closed !== null) peers.close(closed);
          holders = holders.with(partition, now);
          if (areOtherNodes) nodes = [...nodes];
          topology.reseat(ring(holders, nodes));
        }
        expect(asked(topology)).toEqual(asked(topologyOf(ring(holders, nodes), peers)));
      }),
    );
  });

  test('keeps what it knows of the partitions that stay', () => {
    const holders: Holders = Array.from({ length: PARTITIONS }, () => NAMES.slice(0, 3));
    const topology = topologyOf(ring(holders), new FakePeers());
    const before = read(topology);
    topology.reseat(ring(holders.with(2, NAMES.slice(1))));
    for (const [partition, [targets]] of read(topology).entries())
      expect(targets === before[partition]?.[0]).toBe(partition !== 2);
  });
});

test('a node that comes within reach counts as fresh for a while, others do not', () => {
  const peers = new FakePeers();
  const topology = topologyOf(ring([NAMES.slice(0, 3)]), peers);
  const [, second, third] = topology.replicas(0, 3);
  peers.linked('n2', 50_000);
  const isFreshNow = (target: Target | undefined): boolean => target !== undefined && isFresh(target.latency, 51_000);
  expect([second, third].map((target) => [target?.name, isFreshNow(target)])).toEqual([
    ['n2', true],
    ['n3', false],
  ]);
});
