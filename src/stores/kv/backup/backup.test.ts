import { describe, expect, test } from 'vitest';
import { decodeRecord, type Version } from '../../../protocols/versions/index.ts';
import { Reader } from '../../../runtime/bytes/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import { KvNode } from '../index.ts';
import type { Json } from '../interface.ts';
import { answerOf, configurationOf, startNodes } from '../nodes-for-tests.ts';
import type { KvRequest, ReplyOf } from '../requests.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { type BackupEntry, decodeEntries, encodeEntries } from './index.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();
const PARTITIONS = 8;
const MARK = { actor: 77, timeMs: 10_000 };

class TestCluster {
  readonly simulation: Simulation;
  readonly #node: (name: string) => KvNode;

  constructor(count: number, seed = 7n) {
    this.simulation = new Simulation(seed);
    const names = Array.from({ length: count }, (_unused, index) => `n${index + 1}`);
    const buckets = new Map([['hits', { ...DEFAULT_SETTINGS, conflict: 'counter' } as const]]);
    const settings = { partitions: PARTITIONS, buckets, maxInFlight: 1000 };
    this.#node = startNodes(
      this.simulation,
      names,
      (world, nodeName) => new KvNode(world, configurationOf(nodeName, names, settings)),
    );
    this.simulation.runFor(1000);
  }

  ask<Request extends KvRequest>(request: Request): ReplyOf<Request> {
    return answerOf(this.simulation, this.#node('n1'), request);
  }

  order(command: string, argument: Json): Record<string, Json> {
    const { json } = this.ask({ kind: 'administer', command, argument: JSON.stringify(argument), timeoutMs: 60_000 });
    return JSON.parse(json) as Record<string, Json>;
  }

  put(bucket: string, key: string, value: string): void {
    const change = { kind: 'put', contentType: 'text/plain', value: utf8.encode(value) } as const;
    this.ask({ kind: 'change', bucket, key: utf8.encode(key), context: undefined, change, w: 0, timeoutMs: 1000, strict: false });
  }

  increment(key: string, amount: number): void {
    const change = { kind: 'increment', amount } as const;
    const request = { kind: 'change', bucket: 'hits', key: utf8.encode(key), context: undefined, change } as const;
    this.ask({ ...request, w: 0, timeoutMs: 1000, strict: false });
  }

  versions(bucket: string, key: string): readonly Version[] {
    const { record } = this.ask({ kind: 'get', bucket, key: utf8.encode(key), r: 3, timeoutMs: 1000, strict: false });
    return record === undefined ? [] : decodeRecord(record).versions;
  }

  values(bucket: string, key: string): string[] {
    return this.versions(bucket, key).map(({ value }) => text.decode(value));
  }

  backup(bucket?: string): BackupEntry[] {
    const entries: BackupEntry[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      let next: Json = null;
      do {
        const from = { partition, ...(next === null ? {} : { after: next }), ...(bucket === undefined ? {} : { bucket }) };
        const page = this.order('backup-page', from);
        entries.push(...decodeEntries(new Reader(Buffer.from(String(page['entries']), 'base64'))));
        next = page['next'] ?? null;
      } while (next !== null);
    }
    return entries;
  }

  restore(entries: readonly BackupEntry[], more: Record<string, Json> = {}): Json {
    const bytes = Buffer.from(encodeEntries(entries)).toString('base64');
    return this.order('restore-entries', { ...MARK, first: 1, entries: bytes, ...more })['outcomes'] ?? null;
  }
}

function named(entries: readonly BackupEntry[]): string[] {
  return entries.map(({ bucket, key }) => `${bucket}/${text.decode(key)}`).sort();
}

describe('a backup', () => {
  test('has every key of every bucket once, or of one bucket alone, page by page', () => {
    const cluster = new TestCluster(3);
    const large = 'x'.repeat(100_000);
    for (let key = 0; key < 60; key++) cluster.put(key % 2 === 0 ? 'even' : 'odd', `k${key}`, large);
    const names = Array.from({ length: 60 }, (_, key) => `${key % 2 === 0 ? 'even' : 'odd'}/k${key}`);
    expect(named(cluster.backup())).toEqual([...names].sort());
    expect(named(cluster.backup('odd'))).toEqual(names.filter((name) => name.startsWith('odd')).sort());
  });

  test('has what a read would find, though a replica missed it, and is refused when too few are there', () => {
    const cluster = new TestCluster(3);
    cluster.simulation.process('n3').crash();
    cluster.simulation.runFor(3000);
    for (let key = 0; key < 20; key++) cluster.put('b', `k${key}`, 'v');
    cluster.simulation.process('n3').restart();
    cluster.simulation.process('n2').crash();
    cluster.simulation.runFor(3000);
    expect(cluster.backup().length).toBe(20);
    cluster.simulation.process('n3').crash();
    cluster.simulation.runFor(3000);
    expect(() => cluster.backup()).toThrow(expect.objectContaining({ code: 'not-enough-replicas', outcome: 'not-applied' }));
  });
});

describe('a restore', () => {
  test('into a cluster of another size brings all values back, under dots of its own', () => {
    const source = new TestCluster(3);
    for (let key = 0; key < 30; key++) source.put('b', `k${key}`, `v${key}`);
    source.put('b', 'k0', 'a sibling');
    source.increment('visits', 3);
    source.increment('visits', 4);
    const backup = source.backup();
    const target = new TestCluster(5, 8n);
    expect(target.restore(backup)).toEqual(backup.map(() => 'restored'));
    expect(target.values('b', 'k7')).toEqual(['v7']);
    expect([...target.values('b', 'k0')].sort()).toEqual(['a sibling', 'v0']);
    expect(target.versions('hits', 'visits').length).toBe(source.versions('hits', 'visits').length);
    expect(target.versions('b', 'k7').map(({ dot }) => dot.actor)).toEqual([MARK.actor]);
  });

  test('may be repeated, changes nothing then, and can be checked', () => {
    const source = new TestCluster(3);
    source.put('b', 'k', 'v');
    source.increment('visits', 3);
    const backup = source.backup();
    const target = new TestCluster(3, 9n);
    expect(target.restore(backup, { check: true })).toEqual(['missing', 'missing']);
    expect(target.restore(backup)).toEqual(['restored', 'restored']);
    const before = target.backup();
    expect(target.restore(backup)).toEqual(['present', 'present']);
    expect(target.restore(backup, { check: true })).toEqual(['present', 'present']);
    expect(target.restore(backup, { actor: 78 })).toEqual(['present', 'present']);
    expect(target.backup()).toEqual(before);
  });

  test('leaves what was written since where it is', () => {
    const cluster = new TestCluster(3);
    cluster.put('b', 'k', 'v');
    const backup = cluster.backup();
    cluster.put('b', 'k', 'since');
    expect(cluster.restore(backup)).toEqual(['present']);
    expect(cluster.values('b', 'k').sort()).toEqual(['since', 'v']);
  });

  test('keeps a counter that has gone on: its subtotals would count twice', () => {
    const cluster = new TestCluster(3);
    cluster.increment('visits', 3);
    const backup = cluster.backup();
    cluster.increment('visits', 4);
    const before = cluster.backup();
    expect(cluster.restore(backup)).toEqual(['kept']);
    expect(cluster.backup()).toEqual(before);
  });

  test('refuses what is no backup', () => {
    const cluster = new TestCluster(3);
    const refused = expect.objectContaining({ code: 'bad-request', outcome: 'not-applied' });
    expect(() => cluster.order('restore-entries', { ...MARK, first: 1, entries: 'AAAA' })).toThrow(refused);
    expect(() => cluster.order('restore-entries', { ...MARK, actor: 0, first: 1, entries: '' })).toThrow(refused);
    expect(() => cluster.order('restore-entries', { ...MARK, first: -1, entries: '' })).toThrow(refused);
    expect(() => cluster.order('backup-page', { partition: PARTITIONS })).toThrow(refused);
    expect(() => cluster.order('backup-page', [])).toThrow(refused);
  });
});
