import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../protocols/versions/index.ts';
import { Simulation } from '../../runtime/simulated/index.ts';
import { KvNode, type NodeConfiguration } from './index.ts';
import { answerOf, configurationOf, startNodes } from './nodes-for-tests.ts';
import type { ChangeRequest, GetRequest, KvRequest, ListRequest, ReplyOf } from './requests.ts';
import { type BucketSettings, DEFAULT_SETTINGS } from './settings.ts';

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Nodes in the simulated world, asked directly. */
class TestCluster {
  readonly simulation = new Simulation(7n);
  readonly names: readonly string[];
  readonly node: (name: string) => KvNode;

  constructor(nodes: number, settings: Partial<BucketSettings> = {}, overrides: Partial<NodeConfiguration> = {}) {
    this.names = Array.from({ length: nodes }, (_unused, index) => `n${index + 1}`);
    const settled: Partial<NodeConfiguration> = {
      partitions: 16,
      defaults: { ...DEFAULT_SETTINGS, ...settings },
      buckets: new Map([['tags', { ...DEFAULT_SETTINGS, conflict: 'set' }]]),
      ...overrides,
    };
    this.node = startNodes(
      this.simulation,
      this.names,
      (world, nodeName) => new KvNode(world, configurationOf(nodeName, this.names, settled)),
    );
    this.simulation.runFor(500);
  }

  ask<Request extends KvRequest>(name: string, request: Request): ReplyOf<Request> {
    return answerOf(this.simulation, this.node(name), request);
  }

  values(name: string, key: string, options: Partial<GetRequest> = {}): string[] {
    const { record } = this.ask(name, get(key, options));
    return record === undefined ? [] : decodeRecord(record).versions.map((version) => text.decode(version.value));
  }
}

function get(key: string, options: Partial<GetRequest> = {}): GetRequest {
  return { kind: 'get', bucket: 'plain', key: utf8.encode(key), r: 0, timeoutMs: 1000, ...options };
}

function put(key: string, value: string, options: Partial<ChangeRequest> = {}): ChangeRequest {
  const change = { kind: 'put', contentType: '', value: utf8.encode(value) } as const;
  return {
    kind: 'change',
    bucket: 'plain',
    key: utf8.encode(key),
    context: undefined,
    change,
    w: 0,
    timeoutMs: 1000,
    ...options,
  };
}

describe('a cluster of three', () => {
  test('answers at any node with what was written through any other', () => {
    const cluster = new TestCluster(3);
    for (const name of cluster.names) cluster.ask(name, put(`by ${name}`, name));
    for (const name of cluster.names) {
      for (const writer of cluster.names) expect(cluster.values(name, `by ${writer}`)).toEqual([writer]);
    }
  });

  test('goes on with one node down, and the node has the missed write after a read', () => {
    const cluster = new TestCluster(3);
    cluster.simulation.crash('n3');
    cluster.simulation.runFor(500);
    cluster.ask('n1', put('k', 'v'));
    cluster.simulation.restart('n3');
    cluster.simulation.runFor(8000);
    expect(cluster.values('n1', 'k', { r: 3 })).toEqual(['v']);
    cluster.simulation.runFor(100);
    // Alone now, it can only answer with what it has itself.
    cluster.simulation.crash('n1');
    cluster.simulation.crash('n2');
    cluster.simulation.runFor(500);
    expect(cluster.values('n3', 'k', { r: 1 })).toEqual(['v']);
  });

  test('refuses a write that cannot reach W replicas before anything is stored, and says so', () => {
    const cluster = new TestCluster(3);
    cluster.simulation.crash('n2');
    cluster.simulation.crash('n3');
    cluster.simulation.runFor(500);
    const write = (): unknown => cluster.ask('n1', put('k', 'v'));
    expect(write).toThrow(expect.objectContaining({ code: 'not-enough-replicas', outcome: 'not-applied' }));
    expect(write).toThrow(/1 of the 2 replicas .* not n\d, n\d/);
    expect(cluster.values('n1', 'k', { r: 1 })).toEqual([]);
  });

  test('says that a write may have happened when its replicas fall silent on the way', () => {
    const cluster = new TestCluster(3);
    cluster.simulation.partition([['n1'], ['n2', 'n3']]);
    const write = (): unknown => cluster.ask('n1', put('k', 'v', { timeoutMs: 300 }));
    expect(write).toThrow(expect.objectContaining({ code: 'timeout', outcome: 'unknown' }));
    expect(cluster.values('n1', 'k', { r: 1 })).toEqual(['v']);
  });

  test('never answers with a damaged record, answers with the others, and repairs it', () => {
    const cluster = new TestCluster(3);
    cluster.ask('n1', put('k', 'sound'));
    cluster.simulation.runFor(1000);
    for (const name of ['n1', 'n2']) {
      const disk = cluster.simulation.process(name).disk;
      const stored = disk.content.find(({ key }) => key[0] === 1);
      expect(disk.flipBit(stored?.key)).toBe(true);
    }
    expect(() => cluster.values('n1', 'k', { r: 3 })).toThrow(expect.objectContaining({ code: 'not-enough-replicas' }));
    expect(cluster.values('n1', 'k', { r: 1 })).toEqual(['sound']);
    cluster.simulation.runFor(1000);
    // The failed read has had all of them mended.
    expect(cluster.values('n2', 'k', { r: 3 })).toEqual(['sound']);
  });

  test('takes no more writes on a full disk, says so, and keeps serving with the other two', () => {
    const cluster = new TestCluster(3);
    cluster.simulation.process('n1').disk.setFaults({ isFull: true });
    cluster.ask('n1', put('a', '1'));
    cluster.simulation.runFor(100);
    expect(cluster.node('n1').ready()).toBe(false);
    expect(cluster.node('n1').unreadiness()).toMatch(/storage failed/);
    // It does not even coordinate: what it cannot store itself, it could not tell apart from what it has superseded.
    expect(() => cluster.ask('n1', put('c', '3'))).toThrow(
      expect.objectContaining({ code: 'storage-failed', outcome: 'not-applied' }),
    );
    cluster.ask('n2', put('b', '2'));
    expect(cluster.values('n3', 'b')).toEqual(['2']);
    expect(cluster.values('n1', 'b')).toEqual(['2']);
  });
});

describe('bad requests', () => {
  const cluster = new TestCluster(3);
  const context = (key: string): Uint8Array | undefined => cluster.ask('n1', put(key, 'v')).context;

  test.each<[string, () => KvRequest, string, RegExp]>([
    ['an empty key', () => get(''), 'empty-key', /at least one byte/],
    ['an oversize key', () => get('k'.repeat(1025)), 'too-large', /key has 1025 bytes; the limit is 1024/],
    ['an oversize value', () => put('k', 'v'.repeat(1024 * 1024 + 1)), 'too-large', /1048577 bytes; the limit is 1048576/],
    ['a bad bucket', () => get('k', { bucket: 'No Bucket' }), 'bad-bucket', /'No Bucket'/],
    ['R above N', () => get('k', { r: 4 }), 'impossible-quorum', /r=4 is impossible.*n=3/],
    ['W above N', () => put('k', 'v', { w: 5 }), 'impossible-quorum', /w=5 is impossible.*n=3/],
    ['a context of another key', () => put('k', 'v', { context: context('other') as Uint8Array }), 'bad-context', /another key/],
    ['a damaged context', () => put('k', 'v', { context: Uint8Array.of(1, 2, 3) }), 'bad-context', /damaged/],
    [
      'a change the policy does not take',
      () => put('k', 'v', { bucket: 'tags' }),
      'wrong-change',
      /'set' takes add, remove, delete, not put/,
    ],
    ['a page without keys', () => list({ limit: 0 }), 'bad-request', /0 keys a page/],
    ['a foreign cursor', () => list({ cursor: Uint8Array.of(255, 255) }), 'bad-request', /cursor/],
    ['no time', () => get('k', { timeoutMs: 0 }), 'bad-request', /0 ms/],
  ])('%s is refused, names the value and the rule, and changes nothing', (_what, request, code, message) => {
    const asked = request();
    const ask = (): unknown => cluster.ask('n1', asked);
    expect(ask).toThrow(expect.objectContaining({ code, outcome: 'not-applied' }));
    expect(ask).toThrow(message);
  });

  test('more requests at once than the limit are refused as overload', () => {
    const busy = new TestCluster(3, {}, { maxInFlight: 1 });
    busy.node('n1').execute(put('k', 'v'), { reply: () => {}, fail: () => {} });
    expect(() => busy.ask('n1', get('k'))).toThrow(expect.objectContaining({ code: 'overloaded', outcome: 'not-applied' }));
  });
});

function list(options: Partial<ListRequest> = {}): ListRequest {
  return { kind: 'list', bucket: 'plain', cursor: undefined, limit: 10, timeoutMs: 1000, ...options };
}

describe.each([3, 5])('a listing over %i nodes', (nodes) => {
  const pages = (cluster: TestCluster, limit: number): string[] => {
    const keys: string[] = [];
    let cursor: Uint8Array | undefined;
    do {
      const reply = cluster.ask('n2', list({ cursor, limit }));
      expect(reply.keys.length).toBeLessThanOrEqual(limit);
      keys.push(...reply.keys.map((key) => text.decode(key)));
      cursor = reply.cursor;
    } while (cursor !== undefined);
    return keys;
  };

  test('has every key with a value, once, whatever the page size, and none that was deleted', () => {
    const cluster = new TestCluster(nodes);
    const expected: string[] = [];
    for (let index = 0; index < 60; index++) {
      const key = `key ${index}`;
      const { context } = cluster.ask(`n${1 + (index % nodes)}`, put(key, 'v'));
      if (index % 4 !== 0) expected.push(key);
      else cluster.ask('n1', { ...put(key, ''), context, change: { kind: 'delete' } });
    }
    cluster.ask('n1', put('elsewhere', 'v', { bucket: 'plainer' }));
    for (const limit of [1, 7, 1000]) expect(pages(cluster, limit).sort()).toEqual([...expected].sort());
  });

  test('has the keys that one replica missed', () => {
    const cluster = new TestCluster(nodes);
    cluster.simulation.crash('n1');
    cluster.simulation.runFor(500);
    const keys = Array.from({ length: 20 }, (_unused, index) => `key ${index}`);
    for (const key of keys) cluster.ask('n2', put(key, 'v'));
    cluster.simulation.restart('n1');
    cluster.simulation.runFor(8000);
    expect(pages(cluster, 6).sort()).toEqual([...keys].sort());
  });
});

describe('a replica that is paused', () => {
  test('is waited for by a read or two, then asked last, and again as soon as it answers', () => {
    const cluster = new TestCluster(3);
    cluster.ask('n1', put('k', 'v'));
    cluster.simulation.runFor(100);
    const times = (): number[] =>
      Array.from({ length: 64 }, () => {
        const start = cluster.simulation.now;
        expect(cluster.values('n1', 'k')).toEqual(['v']);
        return cluster.simulation.now - start;
      });
    times();
    cluster.simulation.process('n2').pause();
    const slow = times().filter((ms) => ms >= 2);
    expect(slow.length).toBeGreaterThan(0);
    expect(slow.length).toBeLessThan(30);
    expect(Math.max(...slow)).toBeLessThan(130);
    expect(times().filter((ms) => ms >= 5).length).toBeLessThan(3);
  });
});
