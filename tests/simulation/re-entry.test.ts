import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import { contextIn } from '../../src/stores/kv/found.ts';
import type { Json } from '../../src/stores/kv/interface.ts';
import { TestNodes } from '../../src/stores/kv/membership/clusters-for-tests.ts';
import type * as Refusals from '../../src/stores/kv/replica/refuse-too-old.ts';
import type { ChangeRequest, GetReply } from '../../src/stores/kv/requests.ts';

const utf8 = new TextEncoder();
const ALL = ['n1', 'n2', 'n3', 'n4'];
const OTHERS = ['n1', 'n2', 'n3'];
const [DATA, HINTS] = [0x01, 0x06];
/** Eras enough for a collection. */
const A_WHILE_MS = 15_000;

/** A cluster of which one node leaves and is let in again, by the same process. */
class Cluster {
  readonly nodes: TestNodes;

  constructor(nodes: TestNodes) {
    this.nodes = nodes;
    for (const name of ALL) this.nodes.start(name, ALL);
    this.runFor(1_000);
    this.goThroughEras();
  }

  runFor(ms: number): void {
    this.nodes.runFor(ms);
  }

  put(node: string, key: string): void {
    this.#change(node, key, { kind: 'put', contentType: '', value: utf8.encode('value') }, undefined);
  }

  get(node: string, key: string, r = 2): GetReply {
    const reply = this.nodes.request(node, { kind: 'get', bucket: 'b', key: utf8.encode(key), r, timeoutMs: 1_000 });
    if (reply instanceof QuorateError) throw reply;
    if (reply.kind !== 'get') throw new TypeError(`a reply ${reply.kind} to a get`);
    return reply;
  }

  #change(node: string, key: string, change: ChangeRequest['change'], context: Uint8Array | undefined): void {
    const request = { kind: 'change', bucket: 'b', key: utf8.encode(key), context, change, w: 1, timeoutMs: 1_000 } as const;
    const outcome = this.nodes.request(node, request);
    if (outcome instanceof QuorateError) throw outcome;
  }

  delete(node: string, key: string): void {
    this.#change(node, key, { kind: 'delete' }, contextIn(this.get(node, key)));
  }

  /** A deletion is made and forgotten. */
  goThroughEras(): void {
    this.put('n1', 'gone');
    this.runFor(1_000);
    this.delete('n1', 'gone');
    this.runFor(A_WHILE_MS);
  }

  decide(decision: Json): void {
    const plan = this.#order('cluster-plan', { decisions: [decision] }) as { readonly commit: Json };
    this.#order('cluster-commit', plan.commit);
  }

  #order(command: string, argument: Json): Json {
    const answer = this.nodes.order('n1', command, argument);
    if (answer instanceof QuorateError) throw answer;
    return answer;
  }

  knowsItself(): boolean {
    return this.nodes.members('n4').standing === 'member';
  }

  /** Until it knows that it is a member again, and no longer. */
  letIn(): void {
    this.decide({ kind: 'join', node: 'n4' });
    expect(this.nodes.simulation.run(() => this.knowsItself(), 10_000)).toBe(true);
  }

  tombstones(name: string): { readonly era: number; readonly hasMissedEras: boolean } {
    return this.nodes.ask(name, 'tombstones') as never;
  }

  entries(name: string, space: number): number {
    return this.nodes.simulation.process(name).disk.content.filter(({ key }) => key[0] === space).length;
  }
}

describe('a member that left, and is let in again by the same process', () => {
  let cluster: Cluster;
  /** The era in which it left. */
  let left: number;
  beforeEach(() => {
    begin(new TestNodes());
  });

  function begin(nodes: TestNodes): void {
    cluster = new Cluster(nodes);
    cluster.decide({ kind: 'leave', node: 'n4' });
    cluster.runFor(A_WHILE_MS);
    expect(cluster.entries('n4', DATA)).toBe(0);
    cluster.goThroughEras();
    left = cluster.tombstones('n4').era;
    expect(cluster.tombstones('n1').era).toBeGreaterThan(left + 2);
  }

  function takesPart(): void {
    expect(cluster.tombstones('n4')).toMatchObject({ hasMissedEras: false });
    expect(cluster.entries('n4', HINTS)).toBe(0);
    cluster.goThroughEras();
    expect(cluster.tombstones('n4')).toMatchObject({ era: cluster.tombstones('n1').era, hasMissedEras: false });
  }

  test('takes writes at once, and hears in which era the others are before it is given any', () => {
    cluster.letIn();
    for (let index = 0; index < 10; index++) cluster.put('n4', `key ${index}`);
    cluster.runFor(A_WHILE_MS);
    for (let index = 0; index < 10; index++) expect(cluster.get('n1', `key ${index}`, 1).record).toBeDefined();
    takesPart();
  });

  test('and another time', () => {
    for (const key of ['first', 'second']) {
      cluster.letIn();
      cluster.put('n4', key);
      cluster.runFor(A_WHILE_MS);
      cluster.decide({ kind: 'leave', node: 'n4' });
      cluster.runFor(A_WHILE_MS);
      cluster.goThroughEras();
    }
    cluster.letIn();
    cluster.put('n4', 'third');
    cluster.runFor(A_WHILE_MS);
    for (const key of ['first', 'second', 'third']) expect(cluster.get('n2', key).record).toBeDefined();
    takesPart();
  });

  /** A write that only it has. */
  function putAlone(): void {
    for (const name of OTHERS) cluster.nodes.simulation.crash(name);
    cluster.runFor(100);
    cluster.put('n4', 'key');
    expect(cluster.entries('n4', DATA) + cluster.entries('n4', HINTS)).toBeGreaterThan(0);
  }

  function restart(names: readonly string[]): void {
    for (const name of names) cluster.nodes.simulation.restart(name);
    cluster.runFor(2 * A_WHILE_MS);
    expect(cluster.get('n1', 'key').record).toBeDefined();
    takesPart();
  }

  function isAnsweredByNobody(): void {
    cluster.letIn();
    putAlone();
    cluster.runFor(A_WHILE_MS);
    expect(cluster.tombstones('n4').era).toBe(left);
    restart(OTHERS);
  }

  test('takes writes while nobody answers, and gives them to the others when it can', isAnsweredByNobody);

  describe('broken', () => {
    const RULE = '../../src/stores/kv/replica/refuse-too-old.ts';
    afterEach(() => {
      vi.doUnmock(RULE);
      vi.resetModules();
    });

    test('is caught when whoever refuses what it holds does not say in which era that is', async () => {
      vi.resetModules();
      vi.doMock(RULE, async (original) => {
        const rules = await original<typeof Refusals>();
        const isTooOldAndTold: typeof rules.isTooOldAndTold = (_link, eras, readIn) => eras.isTooOld(readIn);
        return { ...rules, isTooOldAndTold };
      });
      const { TestNodes: BrokenNodes } = await import('../../src/stores/kv/membership/clusters-for-tests.ts');
      begin(new BrokenNodes());
      expect(isAnsweredByNobody).toThrow('expected undefined to be defined');
    });
  });

  test('may restart as soon as it has heard, with writes that only it has', () => {
    cluster.letIn();
    cluster.runFor(50);
    putAlone();
    cluster.nodes.simulation.crash('n4');
    restart(ALL);
  });
});

describe('a leave that is cancelled', () => {
  test('before anything was handed over changes nothing: the eras have stood still', () => {
    const cluster = new Cluster(new TestNodes());
    for (let index = 0; index < 10; index++) cluster.put('n4', `key ${index}`);
    const { era } = cluster.tombstones('n1');
    cluster.nodes.simulation.partition([['n4'], OTHERS]);
    cluster.decide({ kind: 'leave', node: 'n4' });
    cluster.runFor(2_000);
    cluster.nodes.simulation.heal();
    cluster.decide({ kind: 'join', node: 'n4', address: 'n4:1', zone: 'z' });
    cluster.runFor(A_WHILE_MS);
    for (let index = 0; index < 10; index++) expect(cluster.get('n1', `key ${index}`).record).toBeDefined();
    cluster.goThroughEras();
    expect(cluster.tombstones('n4').era).toBeGreaterThan(era);
    expect(cluster.tombstones('n4')).toMatchObject({ era: cluster.tombstones('n1').era, hasMissedEras: false });
  });
});

describe('a member that was removed while it held a hint, and the others have gone on without it', () => {
  /** A hint for n3 of a key that is at n1 and n2 besides; then n4 is out of reach, and is removed. */
  function holdsHint(): { readonly cluster: Cluster; readonly hinted: string } {
    const cluster = new Cluster(new TestNodes());
    cluster.nodes.simulation.crash('n3');
    cluster.runFor(100);
    let hinted = '';
    for (let index = 0; hinted === ''; index++) {
      cluster.put('n1', `key ${index}`);
      cluster.runFor(100);
      if (cluster.entries('n4', HINTS) > 0) hinted = `key ${index}`;
    }
    cluster.nodes.simulation.partition([['n4'], OTHERS]);
    cluster.nodes.simulation.restart('n3');
    cluster.runFor(A_WHILE_MS);
    expect(cluster.nodes.order('n1', 'cluster-remove', { node: 'n4', force: true })).not.toBeInstanceOf(QuorateError);
    return { cluster, hinted };
  }

  /** They are in eras in which what it holds is not taken any more. */
  function goOnWithout(cluster: Cluster): void {
    const { era } = cluster.tombstones('n4');
    cluster.goThroughEras();
    cluster.goThroughEras();
    expect(cluster.tombstones('n1').era).toBeGreaterThan(era + 2);
    expect(cluster.entries('n4', HINTS)).toBeGreaterThan(0);
    cluster.nodes.simulation.heal();
    cluster.runFor(2 * A_WHILE_MS);
  }

  test('lets go of it when its target has all that it says', () => {
    const { cluster, hinted } = holdsHint();
    goOnWithout(cluster);
    expect(cluster.entries('n4', HINTS)).toBe(0);
    expect(cluster.get('n3', hinted, 3).record).toBeDefined();
  });

  test('keeps it for an administrator when that was deleted and forgotten, and brings nothing back', () => {
    const { cluster, hinted } = holdsHint();
    cluster.delete('n1', hinted);
    goOnWithout(cluster);
    expect(cluster.nodes.ask('n4', 'hints')).toMatchObject({ targets: [{ target: 'n3', waitsFor: 'an administrator' }] });
    expect(cluster.get('n1', hinted, 3).record).toBeUndefined();
  });
});
