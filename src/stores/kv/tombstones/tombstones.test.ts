import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { contextIn } from '../found.ts';
import { KvNode } from '../node.ts';
import type { ChangeRequest, GetReply } from '../requests.ts';
import { type BucketSettings, DEFAULT_LIMITS, DEFAULT_SETTINGS } from '../settings.ts';

const utf8 = new TextEncoder();
const DATA = 0x01;
const INDEX = 0x43;
/** Anti-entropy, hints, and eras enough. */
const A_WHILE_MS = 30_000;

class Cluster {
  readonly simulation: Simulation;
  readonly names: readonly string[];
  readonly nodes = new Map<string, KvNode>();
  readonly worlds = new Map<string, NodeWorld>();

  constructor(names: readonly string[], overrides: Partial<NodeConfiguration> = {}, seed = 7n) {
    this.simulation = new Simulation(seed);
    this.names = names;
    for (const nodeName of names) {
      this.simulation.start(nodeName, (world) => {
        this.worlds.set(nodeName, world);
        const node = new KvNode(world, {
          clusterName: 'test',
          nodeName,
          partitions: 8,
          members: names.map((name) => ({ name, address: `${name}:1`, host: name, zone: 'z', weight: 1 })),
          defaults: DEFAULT_SETTINGS,
          buckets: new Map<string, BucketSettings>([
            ['last', { ...DEFAULT_SETTINGS, conflict: 'latest' }],
            ['atoms', { ...DEFAULT_SETTINGS, conflict: 'register', consistency: 'atomic' }],
          ]),
          limits: DEFAULT_LIMITS,
          maxInFlight: 100,
          ...overrides,
        });
        this.nodes.set(nodeName, node);
        node.begin(() => {});
      });
    }
    this.simulation.runFor(1_000);
  }

  copyOfDisk(name: string): readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] {
    return this.simulation.process(name).disk.content.map(({ key, value }) => ({ key: key.slice(), value: value.slice() }));
  }

  /** The machine comes again with an older copy of its disk, and nothing else. */
  putBack(name: string, old: ReturnType<Cluster['copyOfDisk']>): void {
    const nothing = this.copyOfDisk(name).map(({ key }) => ({ key, value: undefined }));
    this.worlds.get(name)?.engine.write([...nothing, ...old], () => {});
    // Until it is on the disk, and no longer: the process is still in the present era, and would hand out what it finds.
    this.simulation.runFor(10);
    this.simulation.crash(name);
    this.simulation.restart(name);
  }

  change(node: string, bucket: string, key: string, change: ChangeRequest['change'], context?: Uint8Array): void {
    let done = false;
    const request: ChangeRequest = { kind: 'change', bucket, key: utf8.encode(key), context, change, w: 1, timeoutMs: 1_000 };
    this.nodes.get(node)?.execute(request, {
      reply: () => {
        done = true;
      },
      fail: (error) => {
        throw error;
      },
    });
    this.simulation.run(() => done, 5_000);
  }

  put(node: string, bucket: string, key: string): void {
    this.change(node, bucket, key, { kind: 'put', contentType: '', value: utf8.encode('value') });
  }

  /** What a reader has seen is deleted: so it reads first, with its R. */
  remove(node: string, bucket: string, key: string): void {
    const context = this.get(node, bucket, key, 1);
    this.change(node, bucket, key, { kind: 'delete' }, context);
  }

  /** The context of what is there. */
  get(node: string, bucket: string, key: string, r: number): Uint8Array | undefined {
    let reply: GetReply | undefined;
    this.nodes.get(node)?.execute(
      { kind: 'get', bucket, key: utf8.encode(key), r, timeoutMs: 1_000 },
      {
        reply: (found) => {
          reply = found;
        },
        fail: (error) => {
          throw error;
        },
      },
    );
    this.simulation.run(() => reply !== undefined, 5_000);
    return reply?.record === undefined ? undefined : contextIn(reply);
  }

  /** Entries of a space of a node's disk. */
  entries(name: string, space: number): number {
    return this.simulation.process(name).disk.content.filter(({ key }) => Buffer.from(key)[0] === space).length;
  }

  total(space: number): number {
    return this.names.reduce((sum, name) => sum + this.entries(name, space), 0);
  }

  ask<Answer>(name: string, topic: string, argument: unknown = undefined): Answer {
    let json = 'null';
    this.nodes
      .get(name)
      ?.execute(
        { kind: 'inspect', topic, argument: argument === undefined ? '' : JSON.stringify(argument), timeoutMs: 1_000 },
        { reply: (reply) => (json = reply.json), fail: () => {} },
      );
    return JSON.parse(json);
  }
}

const THREE = ['n1', 'n2', 'n3'];
interface Told {
  readonly tombstones: number;
  readonly collected: number;
  readonly missing: readonly string[];
}

describe('tombstones', () => {
  test.each(['b', 'last'])('go from all disks when every home has them (bucket %s)', (bucket) => {
    const cluster = new Cluster(THREE);
    for (let index = 0; index < 20; index++) cluster.put('n1', bucket, `key ${index}`);
    for (let index = 0; index < 20; index++) cluster.remove('n2', bucket, `key ${index}`);
    expect(cluster.total(DATA)).toBeGreaterThanOrEqual(40);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    expect(cluster.total(INDEX)).toBe(0);
    const told = THREE.map((name) => cluster.ask<Told>(name, 'tombstones'));
    expect(told.reduce((sum, { collected }) => sum + collected, 0)).toBe(20);
  });

  test('cost nothing once there are none: no node sends a frame for them', () => {
    const cluster = new Cluster(THREE, { antiEntropy: false });
    cluster.put('n1', 'b', 'key');
    cluster.remove('n1', 'b', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    const { era } = cluster.ask<{ era: number }>('n1', 'tombstones');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.ask<{ era: number }>('n1', 'tombstones').era).toBe(era);
  });

  test('stay while a home is down, say so, and go when it is back: what it missed does not return', () => {
    const cluster = new Cluster(THREE);
    for (let index = 0; index < 10; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(1_000);
    cluster.simulation.crash('n3');
    for (let index = 0; index < 10; index++) cluster.remove('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(600_000);
    expect(cluster.entries('n1', DATA)).toBe(10);
    expect(cluster.ask<Told>('n1', 'tombstones')).toMatchObject({ collected: 0, missing: ['n3'] });
    const [why] = cluster
      .ask<{ waitsFor: string }[]>('n1', 'why', { subject: 'key', of: { bucket: 'b', key: 'key 3' } })
      .slice(-1);
    expect(why?.waitsFor).toContain('n3');
    cluster.simulation.restart('n3');
    cluster.simulation.runFor(2 * A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    for (let index = 0; index < 10; index++) expect(cluster.get('n3', 'b', `key ${index}`, 1)).toBeUndefined();
  });

  test('stay while a stand-in holds a hint, though it is no home', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3', 'n4', 'n5']);
    const keys = Array.from({ length: 30 }, (_unused, index) => `key ${index}`);
    for (const key of keys) cluster.put('n1', 'b', key);
    cluster.simulation.runFor(1_000);
    cluster.simulation.crash('n5');
    cluster.simulation.runFor(1_000);
    for (const key of keys) cluster.put('n1', 'b', key);
    for (const key of keys) cluster.remove('n1', 'b', key);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(0x06)).toBeGreaterThan(0);
    expect(cluster.total(DATA)).toBeGreaterThan(0);
    cluster.simulation.restart('n5');
    cluster.simulation.runFor(3 * A_WHILE_MS);
    expect(cluster.total(0x06)).toBe(0);
    expect(cluster.total(DATA)).toBe(0);
  });

  test('a key that was deleted and forgotten is written anew', () => {
    const cluster = new Cluster(THREE);
    cluster.put('n1', 'last', 'key');
    cluster.remove('n1', 'last', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    cluster.put('n2', 'last', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(3);
    expect(cluster.get('n3', 'last', 'key', 1)).toBeDefined();
  });

  test.each([
    ['before a forgotten deletion', 1],
    ['before the first deletion that was ever forgotten', 0],
  ])('a disk from %s brings nothing back, and its node says what is to be done', (_what, collectedBefore) => {
    const cluster = new Cluster(THREE);
    if (collectedBefore > 0) {
      cluster.put('n1', 'b', 'first');
      cluster.remove('n1', 'b', 'first');
      cluster.simulation.runFor(A_WHILE_MS);
    }
    cluster.put('n1', 'b', 'key');
    cluster.simulation.runFor(1_000);
    const old = cluster.copyOfDisk('n3');
    cluster.remove('n1', 'b', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    cluster.putBack('n3', old);
    cluster.put('n1', 'b', 'another');
    cluster.remove('n1', 'b', 'another');
    cluster.simulation.runFor(A_WHILE_MS);
    // One in sixteen reads asks all replicas, to repair them.
    for (let read = 0; read < 32; read++) expect(cluster.get('n1', 'b', 'key', read % 2 === 0 ? 1 : 2)).toBeUndefined();
    cluster.simulation.runFor(1_000);
    // The tombstone that waits for n3.
    expect(['n1', 'n2'].map((name) => cluster.entries(name, DATA))).toEqual([1, 1]);
    expect(cluster.get('n3', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.get('n1', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.get('n2', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.ask('n3', 'tombstones')).toMatchObject({ hasMissedEras: true });
  });

  test('an empty disk is nobody’s past: its node takes part at once, after another restart too', () => {
    const cluster = new Cluster(THREE);
    cluster.put('n1', 'b', 'first');
    cluster.remove('n1', 'b', 'first');
    cluster.simulation.runFor(A_WHILE_MS);
    cluster.putBack('n3', []);
    cluster.simulation.runFor(50);
    for (let index = 0; index < 10; index++) cluster.put('n3', 'b', `key ${index}`);
    cluster.simulation.crash('n3');
    cluster.simulation.restart('n3');
    // What was stored at the first node alone comes to the others.
    cluster.simulation.runFor(5_000);
    for (let index = 0; index < 10; index++) cluster.remove('n2', 'b', `key ${index}`);
    cluster.simulation.runFor(2 * A_WHILE_MS);
    expect(cluster.ask('n3', 'tombstones')).toMatchObject({ hasMissedEras: false });
    expect(cluster.total(DATA)).toBe(0);
  });
});
