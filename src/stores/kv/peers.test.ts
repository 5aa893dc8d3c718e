/** A cluster that is too large for every node to dial every other at once, in the simulated world. */
import { describe, expect, test } from 'vitest';
import type { QuorateError } from '../../runtime/errors/index.ts';
import { Simulation } from '../../runtime/simulated/index.ts';
import type { Hello, Link, LinkHandler } from '../../runtime/world/index.ts';
import { KvNode } from './index.ts';
import { ringOfConfiguration } from './known-rings.ts';
import { answerOf, configurationOf, memberOf, outcomeOf, startNodes } from './nodes-for-tests.ts';
import { Peers } from './peers.ts';
import type { KvReply, KvRequest } from './requests.ts';

const NODES = 80;
const PARTITIONS = 128;
const utf8 = new TextEncoder();
const names = Array.from({ length: NODES }, (_unused, index) => `n${index + 1}`);

function started(simulation: Simulation, present: readonly string[] = names): (name: string) => KvNode {
  const settings = { clusterName: 'large', partitions: PARTITIONS };
  const node = startNodes(
    simulation,
    present,
    (world, nodeName) => new KvNode(world, configurationOf(nodeName, names, settings)),
  );
  simulation.runFor(50);
  return node;
}

function ask(simulation: Simulation, node: KvNode, request: KvRequest): { outcome: KvReply | QuorateError; tookMs: number } {
  const start = simulation.now;
  const outcome = outcomeOf(simulation, node, request);
  return { outcome, tookMs: simulation.now - start };
}

function linksOf(simulation: Simulation, node: KvNode): number {
  const { json } = answerOf(simulation, node, { kind: 'inspect', topic: 'status', argument: '', timeoutMs: 1000 });
  const { nodes } = JSON.parse(json) as { nodes: { up: boolean }[] };
  return nodes.filter(({ up }) => up).length;
}

describe('a node of a large cluster', () => {
  test('first dials those with which it shares keys, and after a while has dialled all', () => {
    const simulation = new Simulation(3n);
    const node = started(simulation)('n1');
    expect(node.ready()).toBe(true);
    expect(linksOf(simulation, node)).toBeLessThan(NODES / 2);
    simulation.runFor(NODES * 100);
    expect(linksOf(simulation, node)).toBe(NODES);
  });

  test('carries out requests for any key at once, whoever holds it', () => {
    const simulation = new Simulation(4n);
    const node = started(simulation);
    for (let index = 0; index < 40; index++) {
      const key = utf8.encode(`key ${index}`);
      const value = utf8.encode(`value ${index}`);
      const [writer, reader] = [node('n1'), node('n2')];
      const change = { kind: 'put', contentType: '', value } as const;
      const put = ask(simulation, writer, {
        kind: 'change',
        bucket: 'b',
        key,
        context: undefined,
        change,
        w: 0,
        timeoutMs: 1000,
      });
      expect(put.outcome).toMatchObject({ kind: 'change' });
      expect(put.tookMs).toBeLessThan(20);
      const get = ask(simulation, reader, { kind: 'get', bucket: 'b', key, r: 0, timeoutMs: 1000 });
      expect(Buffer.from('record' in get.outcome ? (get.outcome.record ?? []) : []).includes(Buffer.from(value))).toBe(true);
      expect(get.tookMs).toBeLessThan(20);
    }
    const all = ask(simulation, node('n3'), { kind: 'list', bucket: 'b', cursor: undefined, limit: 100, timeoutMs: 5000 });
    expect('keys' in all.outcome && all.outcome.keys).toHaveLength(40);
  });

  test('says so soon when none of those who hold the key is there, and in time when they are silent', () => {
    const simulation = new Simulation(5n);
    const present = ['n1', 'n2'];
    const node = started(simulation, present)('n1');
    const get = (key: string) =>
      ask(simulation, node, { kind: 'get', bucket: 'b', key: utf8.encode(key), r: 0, strict: true, timeoutMs: 500 });
    const outcomes = Array.from({ length: 10 }, (_unused, index) => get(`absent ${index}`));
    for (const { outcome } of outcomes) expect(outcome).toMatchObject({ code: 'not-enough-replicas', outcome: 'not-applied' });

    const silent = new Simulation(6n);
    const lonely = started(silent)('n1');
    silent.partition([['n1'], names.filter((name) => name !== 'n1')]);
    const times = Array.from({ length: 10 }, (_unused, index) =>
      ask(silent, lonely, { kind: 'get', bucket: 'b', key: utf8.encode(`silent ${index}`), r: 0, strict: true, timeoutMs: 500 }),
    );
    for (const { outcome, tookMs } of times) {
      expect(outcome).toHaveProperty('code');
      expect(tookMs).toBeLessThan(600);
    }
    expect(times.some(({ tookMs }) => tookMs >= 500)).toBe(true);
  });
});

describe('the links of a node whose cluster changes', () => {
  test('end with those who left or moved, and are made to those who came', () => {
    const simulation = new Simulation(5n);
    const heard: string[] = [];
    const hello = (nodeName: string): Hello => ({ protocolVersion: 1, clusterName: 'c', role: 'node', nodeName });
    for (const name of ['a', 'b', 'c']) {
      simulation.start(name, ({ network }) => {
        const accept = (link: Link): LinkHandler => {
          heard.push(`${name} meets ${link.remote.nodeName}`);
          return { onFrame: () => {}, onClose: () => heard.push(`${name} loses ${link.remote.nodeName}`) };
        };
        for (const port of [1, 2]) void network.listen(`${name}:${port}`, hello(name), accept);
      });
    }
    let peers: Peers | undefined;
    simulation.start('own', (world) => {
      const members = ['own', 'a', 'b'];
      const configuration = configurationOf('own', members, { clusterName: 'c', maxInFlight: 1 });
      peers = new Peers(world, configuration, hello('own'), () => {});
      peers.start(ringOfConfiguration(members.map(memberOf), configuration.partitions));
    });
    simulation.runFor(1_000);
    expect(heard.splice(0).sort()).toEqual(['a meets own', 'b meets own']);
    peers?.update(
      new Map([
        ['b', 'b:2'],
        ['c', 'c:1'],
      ]),
    );
    simulation.runFor(1_000);
    expect(heard.sort()).toEqual(['a loses own', 'b loses own', 'b meets own', 'c meets own']);
    expect(peers?.get('a')).toBeUndefined();
    expect(peers?.get('b')?.isUp).toBe(true);
  });
});
