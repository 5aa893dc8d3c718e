import { QuorateError } from '../../../runtime/errors/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { contextIn } from '../found.ts';
import { KvNode } from '../node.ts';
import { answerOf, configurationOf, outcomeOf, startNodes } from '../nodes-for-tests.ts';
import type { ChangeRequest, KvRequest, ReplyOf } from '../requests.ts';
import { type BucketSettings, DEFAULT_SETTINGS } from '../settings.ts';

const utf8 = new TextEncoder();
export const DATA = 0x01;
export const INDEX = 0x43;

/** A simulated cluster, asked directly, whose disks can be put back. */
export class Cluster {
  readonly simulation: Simulation;
  readonly names: readonly string[];
  readonly #node: (name: string) => KvNode;

  constructor(names: readonly string[], overrides: Partial<NodeConfiguration> = {}, seed = 7n) {
    this.simulation = new Simulation(seed);
    this.names = names;
    const buckets = new Map<string, BucketSettings>([
      ['one', { ...DEFAULT_SETTINGS, r: 1 }],
      ['last', { ...DEFAULT_SETTINGS, conflict: 'latest' }],
      ['atoms', { ...DEFAULT_SETTINGS, conflict: 'register', consistency: 'atomic' }],
    ]);
    this.#node = startNodes(
      this.simulation,
      names,
      (world, nodeName) => new KvNode(world, configurationOf(nodeName, names, { buckets, ...overrides })),
    );
    this.simulation.runFor(1_000);
  }

  copyOfDisk(name: string): readonly { readonly key: Uint8Array; readonly value: Uint8Array }[] {
    return this.simulation.process(name).disk.content.map(({ key, value }) => ({ key: key.slice(), value: value.slice() }));
  }

  /** The machine comes again with an older copy of its disk, and nothing else. */
  putBack(name: string, old: ReturnType<Cluster['copyOfDisk']>): void {
    const nothing = this.copyOfDisk(name).map(({ key }) => ({ key, value: undefined }));
    this.simulation.process(name).world.engine.write([...nothing, ...old], () => {});
    // Until it is on the disk, and no longer: the process is still in the present era, and would hand out what it finds.
    this.simulation.runFor(10);
    this.simulation.crash(name);
    this.simulation.restart(name);
  }

  change(node: string, bucket: string, key: string, change: ChangeRequest['change'], context?: Uint8Array): void {
    this.#reply(node, { kind: 'change', bucket, key: utf8.encode(key), context, change, w: 1, timeoutMs: 1_000 });
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
    const reply = this.#reply(node, { kind: 'get', bucket, key: utf8.encode(key), r, timeoutMs: 1_000 });
    return reply.record === undefined ? undefined : contextIn(reply);
  }

  list(node: string, bucket: string): readonly string[] {
    const { keys } = this.#reply(node, { kind: 'list', bucket, limit: 100, cursor: undefined, timeoutMs: 1_000 });
    return keys.map((key) => Buffer.from(key).toString());
  }

  order(node: string, command: string, argument: unknown): { readonly entries: string } {
    const request = { kind: 'administer', command, argument: JSON.stringify(argument), timeoutMs: 1_000 } as const;
    return JSON.parse(this.#reply(node, request).json);
  }

  /** By a node that has just been started: as soon as it takes requests. */
  #reply<Request extends KvRequest>(node: string, request: Request): ReplyOf<Request> {
    for (;;) {
      const outcome = outcomeOf(this.simulation, this.#node(node), request);
      if (!(outcome instanceof QuorateError)) return outcome;
      if (outcome.code !== 'stopping') throw outcome;
      this.simulation.runFor(1);
    }
  }

  /** Entries of a space of a node's disk. */
  entries(name: string, space: number): number {
    return this.simulation.process(name).disk.content.filter(({ key }) => Buffer.from(key)[0] === space).length;
  }

  total(space: number): number {
    return this.names.reduce((sum, name) => sum + this.entries(name, space), 0);
  }

  ask<Answer>(name: string, topic: string, argument: unknown = undefined): Answer {
    const text = argument === undefined ? '' : JSON.stringify(argument);
    const request = { kind: 'inspect', topic, argument: text, timeoutMs: 1_000 } as const;
    return JSON.parse(answerOf(this.simulation, this.#node(name), request).json);
  }
}
