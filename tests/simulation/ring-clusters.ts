/** A simulated cluster whose ring changes under writes, and what was acknowledged to the writer. */

import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import { contextIn, DEFAULT_SETTINGS, type NodeConfiguration } from '../../src/stores/kv/index.ts';
import type { Json } from '../../src/stores/kv/interface.ts';
import { TestNodes } from '../../src/stores/kv/membership/clusters-for-tests.ts';

const BUCKET = 'plain';
const KEYS = 24;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface RingStatus {
  readonly version: string;
  readonly seatsLeft: number;
  readonly here: {
    readonly underWay: readonly {
      readonly purpose: string;
      readonly partition: number;
      readonly to: string;
      readonly phase: string;
    }[];
  };
}

export class RingClusters {
  readonly nodes: TestNodes;
  /** Per key, the number of its acknowledged write. */
  readonly #acknowledged = new Map<string, number>();
  #written = 0;
  #names: string[] = [];
  /** What a read should have found. */
  readonly missing: string[] = [];
  readonly #isStrict: boolean;
  readonly #more: Partial<NodeConfiguration>;
  readonly #r: number;

  /**
   * @param isStrict - nobody stands in: what is acknowledged is at W homes, and R homes must find it.
   * @param isSingle - N, R and W are 1: what one replica loses is lost, and no other mends it.
   * @param isPair - N and W are 2, R is 1: either replica alone has all that was acknowledged, and no comparison mends it.
   */
  constructor(seed: bigint, { isStrict = false, isSingle = false, isPair = false } = {}) {
    this.nodes = new TestNodes(seed);
    this.#isStrict = isStrict;
    this.#r = isSingle || isPair ? 1 : 2;
    if (isSingle) this.#more = { partitions: 4, defaults: { ...DEFAULT_SETTINGS, n: 1, r: 1, w: 1 } };
    else if (isPair) this.#more = { partitions: 8, defaults: { ...DEFAULT_SETTINGS, n: 2, r: 1, w: 2 }, antiEntropy: false };
    else this.#more = {};
  }

  get simulation(): TestNodes['simulation'] {
    return this.nodes.simulation;
  }

  startAll(names: readonly string[]): void {
    this.#names = [...names];
    for (const name of names) this.nodes.start(name, names, this.#more);
    this.runFor(1_000);
  }

  startNewcomer(name: string, seeds: readonly string[]): void {
    this.nodes.startNewcomer(name, seeds, this.#more);
  }

  runFor(ms: number): void {
    this.simulation.runFor(ms);
  }

  write(count: number): void {
    for (let index = 0; index < count; index++) {
      this.#writeOne();
      this.runFor(5);
    }
  }

  /** So many writes at once. */
  burst(count: number): void {
    for (let index = 0; index < count; index++) this.#writeOne();
  }

  /** One write every few milliseconds, through a node that is there, until it is so, or for so long. */
  writeWhile(until: () => boolean, atMostMs: number): void {
    for (let passed = 0; passed < atMostMs; passed += 20) {
      if (passed % 200 === 0 && until()) return;
      this.#writeOne();
      this.runFor(20);
    }
  }

  #writeOne(): void {
    const number = this.#written++;
    const names = this.#names.filter((name) => this.simulation.process(name).isRunning);
    const name = names[number % (names.length || 1)];
    if (name === undefined) return;
    const key = `key${number % KEYS}`;
    this.nodes.node(name).execute(
      {
        kind: 'change',
        bucket: BUCKET,
        key: encoder.encode(`${key}/${number}`),
        context: undefined,
        change: { kind: 'put', contentType: '', value: encoder.encode(`w${number}`) },
        w: 0,
        timeoutMs: 400,
        ...(this.#isStrict ? { strict: true } : {}),
      },
      { reply: () => this.#acknowledged.set(`${key}/${number}`, number), fail: () => {} },
    );
  }

  /** Every key that was acknowledged. */
  get acknowledged(): readonly string[] {
    return [...this.#acknowledged.keys()];
  }

  /** Begin to read so many of the acknowledged keys, through anybody; what somebody says is not there is among the {@link missing}. */
  readSome(names: readonly string[], count: number): void {
    const { random } = this.simulation;
    for (let index = 0; index < count && names.length > 0; index++) {
      const [key, name] = [random.pick(this.acknowledged), random.pick(names)];
      const request = {
        kind: 'get',
        bucket: BUCKET,
        key: encoder.encode(key),
        r: this.#r,
        timeoutMs: 300,
        strict: true,
      } as const;
      this.nodes.node(name).execute(request, {
        reply: ({ record }) => {
          if (record === undefined) this.missing.push(`${key} at ${name}`);
        },
        fail: () => {},
      });
    }
  }

  /** All keys, page by page, or why there is no such list. */
  list(name: string, limit = 7): readonly string[] | QuorateError {
    const keys: string[] = [];
    let cursor: Uint8Array | undefined;
    do {
      const reply = this.nodes.request(name, { kind: 'list', bucket: BUCKET, cursor, limit, timeoutMs: 1_000 });
      if (reply instanceof QuorateError) return reply;
      if (reply.kind !== 'list') throw new TypeError(`a reply ${reply.kind} to a listing`);
      keys.push(...reply.keys.map((key) => decoder.decode(key)));
      cursor = reply.cursor;
    } while (cursor !== undefined);
    return keys;
  }

  /** One write after the other of one key, each with the context of the one before, through all nodes in turn. @returns how many values there were at most. */
  chain(key: string, count: number): number {
    const [bytes, names] = [encoder.encode(key), this.#names];
    let most = 0;
    for (let number = 0; number < count; number++) {
      const name = names[number % names.length] as string;
      const found = this.nodes.request(name, { kind: 'get', bucket: BUCKET, key: bytes, r: 2, timeoutMs: 1_000 });
      if (found instanceof QuorateError || found.kind !== 'get') throw new TypeError(`no read of ${key}`, { cause: found });
      if (found.record !== undefined) most = Math.max(most, decodeRecord(found.record).versions.length);
      const change = { kind: 'put', contentType: '', value: encoder.encode(`${number}`) } as const;
      const request = {
        kind: 'change',
        bucket: BUCKET,
        key: bytes,
        context: contextIn(found),
        change,
        w: 0,
        timeoutMs: 1_000,
      } as const;
      const put = this.nodes.request(names[(number + 1) % names.length] as string, request);
      if (put instanceof QuorateError) throw put;
      this.runFor(20);
    }
    return most;
  }

  order(name: string, command: string, argument: Json): Json {
    const answer = this.nodes.order(name, command, argument);
    if (answer instanceof QuorateError) throw answer;
    return answer;
  }

  /** Plan it, and then commit the plan. */
  commit(name: string, decisions: Json, { force = false } = {}): void {
    const plan = this.order(name, 'cluster-plan', { decisions, force }) as { readonly commit: Json };
    this.order(name, 'cluster-commit', plan.commit);
  }

  status(name: string): RingStatus {
    return this.nodes.ask(name, 'cluster') as never;
  }

  isSettled(names: readonly string[]): boolean {
    return names.every((name) => {
      if (!this.simulation.process(name).isRunning) return false;
      const { seatsLeft, here } = this.status(name);
      return seatsLeft === 0 && here.underWay.length === 0;
    });
  }

  /** Partitions of which a node has a replica, as another one sees it. */
  seatsOf(name: string, by: string): number {
    return this.#replicas(by).filter((list) => list.includes(name)).length;
  }

  /** Who has a partition, as one node sees it. */
  replicasOf(partition: number, by: string): readonly string[] {
    return this.#replicas(by)[partition] ?? [];
  }

  #replicas(by: string): readonly (readonly string[])[] {
    const ring = this.nodes.ring(by) as {
      readonly nodes: readonly string[];
      readonly preferenceLists: readonly (readonly number[])[];
    };
    const n = this.#more.defaults?.n ?? DEFAULT_SETTINGS.n;
    return ring.preferenceLists.map((list) => list.slice(0, n).map((index) => ring.nodes[index] ?? ''));
  }

  /** Acknowledged writes that cannot be read, through any of these nodes. */
  lost(names: readonly string[]): string[] {
    // Links are dialled anew within this time.
    this.runFor(12_000);
    const lost: string[] = [];
    let turn = 0;
    for (const [key, number] of this.#acknowledged) {
      const name = names[turn++ % names.length] as string;
      const reply = this.nodes.request(name, {
        kind: 'get',
        bucket: BUCKET,
        key: encoder.encode(key),
        r: this.#r,
        timeoutMs: 2_000,
      });
      if (reply instanceof QuorateError) lost.push(`${key} at ${name}: ${reply.message}`);
      else if (reply.kind !== 'get' || reply.record === undefined) lost.push(`${key} at ${name}`);
      else if (!decodeRecord(reply.record).versions.some(({ value }) => decoder.decode(value) === `w${number}`))
        lost.push(`${key}: other`);
    }
    if (this.#acknowledged.size < 40) lost.push(`only ${this.#acknowledged.size} writes were acknowledged`);
    return lost;
  }

  /** Records in a node's data space. */
  dataOn(name: string): number {
    const world = this.nodes.world(name);
    return [...world.engine.range({ from: Uint8Array.of(1), to: Uint8Array.of(2) })].length;
  }
}
