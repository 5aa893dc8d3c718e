import { describe, expect, test } from 'vitest';
import { Simulation } from '../../../runtime/simulated/index.ts';
import { KvNode, type NodeConfiguration } from '../index.ts';
import { answerOf, configurationOf, startNodes } from '../nodes-for-tests.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4'];
const utf8 = new TextEncoder();
/** Long enough for rounds with everyone, and for links to be dialled anew. */
const A_WHILE_MS = 30_000;

/** Nodes that nobody reads from: what they agree on, they agreed on by themselves. */
class Cluster {
  readonly trace: string[] = [];
  readonly simulation = new Simulation(5n, { trace: (line) => this.trace.push(line) });
  readonly #node: (name: string) => KvNode;

  constructor(names: readonly string[], overrides: Partial<NodeConfiguration> = {}) {
    const buckets = new Map([['twice', { ...DEFAULT_SETTINGS, n: 2, w: 1, r: 1 }]]);
    this.#node = startNodes(
      this.simulation,
      names,
      (world, nodeName) => new KvNode(world, configurationOf(nodeName, names, { buckets, ...overrides })),
    );
    this.simulation.runFor(1_000);
  }

  put(node: string, bucket: string, key: string): void {
    answerOf(this.simulation, this.#node(node), {
      kind: 'change',
      bucket,
      key: utf8.encode(key),
      context: undefined,
      change: { kind: 'put', contentType: '', value: utf8.encode(`value of ${key}`) },
      w: 1,
      timeoutMs: 1_000,
    });
  }

  /** Keys and values of a space on a node's disk, as text. */
  space(name: string, first: number): string[] {
    const content = this.simulation.process(name).disk.content;
    return content
      .filter(({ key }) => Buffer.from(key)[0] === first)
      .map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`);
  }

  counts(name: string): Record<string, number> {
    return this.#asked(name, 'anti-entropy');
  }

  roots(name: string): Record<string, string> {
    return this.#asked(name, 'roots');
  }

  /** Of the trees that both are to have: those that differ. */
  differing(one: string, other: string): string[] {
    const [ours, theirs] = [this.roots(one), this.roots(other)];
    const shared = Object.keys(ours).filter((tree) => tree in theirs);
    if (shared.length === 0) throw new Error(`${one} and ${other} share nothing`);
    return shared.filter((tree) => ours[tree] !== theirs[tree]);
  }

  #asked<Answer>(name: string, topic: string): Answer {
    const request = { kind: 'inspect', topic, argument: '', timeoutMs: 1_000 } as const;
    return JSON.parse(answerOf(this.simulation, this.#node(name), request).json);
  }

  /** Frames of anti-entropy since then, by kind. */
  framesSince(from: number): Record<string, number> {
    const kinds: Record<string, number> = {};
    for (const line of this.trace.slice(from)) {
      const kind = / sent to n\d: (0x[4c][0-3])#/.exec(line)?.[1];
      if (kind !== undefined) kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return kinds;
  }
}

const DATA = 0x01;

describe('anti-entropy', () => {
  test('brings a node that was away back into step, without a read, and its tree with it', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3']);
    cluster.put('n1', 'b', 'before');
    cluster.simulation.crash('n3');
    for (let index = 0; index < 60; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.restart('n3');
    expect(cluster.space('n3', DATA).length).toBeLessThan(2);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.space('n3', DATA)).toHaveLength(61);
    expect(cluster.space('n3', DATA)).toEqual(cluster.space('n1', DATA));
    expect(cluster.differing('n3', 'n1')).toEqual([]);
    expect(new Set(Object.values(cluster.roots('n1'))).size).toBeGreaterThan(1);
  });

  test('counts its trees anew after a crash, and then the scrubber finds nothing to correct', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3']);
    for (let index = 0; index < 60; index++) {
      cluster.put('n1', 'b', `key ${index % 20}`);
      if (index % 20 === 10) {
        cluster.simulation.crash('n2');
        cluster.simulation.restart('n2');
      }
    }
    cluster.simulation.runFor(A_WHILE_MS);
    const before = ['n1', 'n2', 'n3'].map((name) => cluster.counts(name));
    cluster.simulation.runFor(2 * A_WHILE_MS);
    for (const [index, name] of ['n1', 'n2', 'n3'].entries()) {
      const { scrubs = 0, leavesCorrected, counting } = cluster.counts(name);
      expect({ scrubbed: scrubs > (before[index]?.['scrubs'] ?? 0), leavesCorrected, counting }).toEqual({
        scrubbed: true,
        leavesCorrected: before[index]?.['leavesCorrected'],
        counting: false,
      });
    }
    expect(cluster.differing('n2', 'n1')).toEqual([]);
  });

  test('costs equal replicas one message each way in a round, however much they hold', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3']);
    for (let index = 0; index < 60; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(A_WHILE_MS);
    const from = cluster.trace.length;
    const before = cluster.counts('n1');
    cluster.simulation.runFor(10_000);
    const after = cluster.counts('n1');
    const frames = cluster.framesSince(from);
    expect(Object.keys(frames).sort()).toEqual(['0x40', '0xc0']);
    expect(after['rounds']).toBeGreaterThan((before['rounds'] ?? 0) + 5);
    expect(after['differences']).toBe(before['differences']);
  });

  test('moves only what differs', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3']);
    for (let index = 0; index < 60; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(A_WHILE_MS);
    const sent = (): number => ['n1', 'n2', 'n3'].reduce((sum, name) => sum + (cluster.counts(name)['sent'] ?? 0), 0);
    cluster.simulation.crash('n3');
    cluster.put('n1', 'b', 'another');
    const before = sent();
    cluster.simulation.restart('n3');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.space('n3', DATA)).toHaveLength(61);
    expect(sent() - before).toBeLessThanOrEqual(2);
  });

  test('finds a record that decayed on a disk, though nobody reads it, and mends it from the others', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3']);
    for (let index = 0; index < 30; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(5_000);
    const sound = cluster.space('n2', DATA);
    const victim = cluster.simulation.process('n2').disk.content.find(({ key }) => Buffer.from(key)[0] === DATA);
    cluster.simulation.process('n2').disk.flipBit(victim?.key);
    expect(cluster.space('n2', DATA)).not.toEqual(sound);
    cluster.simulation.runFor(60_000);
    expect(cluster.space('n2', DATA)).toEqual(sound);
  });

  test('keeps buckets of different N apart: whoever is no home of a key does not get it', () => {
    const cluster = new Cluster(NAMES);
    for (let index = 0; index < 40; index++) cluster.put('n1', index % 2 === 0 ? 'twice' : 'b', `key ${index}`);
    cluster.simulation.runFor(A_WHILE_MS);
    const copies = NAMES.map((name) => cluster.space(name, DATA).length).reduce((sum, length) => sum + length, 0);
    expect(copies).toBe(20 * 2 + 20 * 3);
    const from = cluster.trace.length;
    cluster.simulation.runFor(10_000);
    expect(Object.keys(cluster.framesSince(from)).sort()).toEqual(['0x40', '0xc0']);
  });

  test('counts what is there when trees were never kept, or kept for other buckets', () => {
    const overrides = { antiEntropy: false };
    const cluster = new Cluster(['n1', 'n2', 'n3'], overrides);
    for (let index = 0; index < 30; index++) cluster.put('n1', 'b', `key ${index}`);
    overrides.antiEntropy = true;
    for (const name of ['n1', 'n2', 'n3']) {
      cluster.simulation.crash(name);
      cluster.simulation.restart(name);
    }
    cluster.simulation.runFor(A_WHILE_MS);
    expect(new Set(Object.values(cluster.roots('n1'))).size).toBeGreaterThan(1);
    expect(cluster.differing('n2', 'n1')).toEqual([]);
  });
});
