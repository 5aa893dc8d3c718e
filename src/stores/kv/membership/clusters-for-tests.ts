/** Nodes in the simulated world, asked and ordered directly. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import type { Json } from '../interface.ts';
import { KvNode } from '../node.ts';
import { configurationOf, memberOf, outcomeOf } from '../nodes-for-tests.ts';
import type { KvReply, KvRequest } from '../requests.ts';

export interface MembersAnswer {
  readonly version: string;
  readonly changes: number;
  readonly standing: string;
  readonly members: readonly {
    readonly name: string;
    readonly address: string;
    readonly state: string;
    readonly weight: number;
  }[];
  readonly candidates: readonly { readonly name: string; readonly address: string }[];
}

export class TestNodes {
  readonly simulation: Simulation;
  readonly #nodes = new Map<string, KvNode>();
  readonly #worlds = new Map<string, NodeWorld>();
  readonly failures = new Map<string, unknown>();

  constructor(seed = 7n) {
    this.simulation = new Simulation(seed);
  }

  /** A node of a cluster of these. */
  start(nodeName: string, members: readonly string[], more: Partial<NodeConfiguration> = {}): void {
    this.simulation.start(nodeName, (world) => {
      const node = new KvNode(world, configurationOf(nodeName, members, { partitions: 16, ...more }));
      this.#nodes.set(nodeName, node);
      this.#worlds.set(nodeName, world);
      node.begin((error) => {
        if (error !== undefined) this.failures.set(nodeName, error);
      });
    });
  }

  /** A node that is no member, and knows a seed. */
  startNewcomer(nodeName: string, seeds: readonly string[], more: Partial<NodeConfiguration> = {}): void {
    this.start(nodeName, [], { newcomer: memberOf(nodeName), seeds: seeds.map((seed) => memberOf(seed).address), ...more });
  }

  node(name: string): KvNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  world(name: string): NodeWorld {
    const world = this.#worlds.get(name);
    if (world === undefined) throw new Error(`no node ${name}`);
    return world;
  }

  request(name: string, request: KvRequest): KvReply | QuorateError {
    return outcomeOf(this.simulation, this.node(name), request);
  }

  put(name: string): KvReply | QuorateError {
    const change = { kind: 'put', contentType: '', value: new Uint8Array([1]) } as const;
    const key = new Uint8Array([7]);
    return this.request(name, { kind: 'change', bucket: 'plain', key, context: undefined, change, w: 0, timeoutMs: 1_000 });
  }

  order(name: string, command: string, argument: Json): Json | QuorateError {
    return answered(this.request(name, { kind: 'administer', command, argument: JSON.stringify(argument), timeoutMs: 1_000 }));
  }

  ask(name: string, topic: string, argument?: Json): Json {
    const text = argument === undefined ? '' : JSON.stringify(argument);
    const answer = answered(this.request(name, { kind: 'inspect', topic, argument: text, timeoutMs: 1_000 }));
    if (answer instanceof QuorateError) throw answer;
    return answer;
  }

  members(name: string): MembersAnswer {
    return this.ask(name, 'members') as unknown as MembersAnswer;
  }

  memberNames(name: string): string[] {
    return this.members(name).members.map((member) => member.name);
  }

  state(of: string, by: string): string | undefined {
    return this.members(by).members.find(({ name }) => name === of)?.state;
  }

  ring(name: string): Json {
    return this.ask(name, 'ring');
  }

  runFor(ms: number): void {
    this.simulation.runFor(ms);
  }
}

function answered(reply: KvReply | QuorateError): Json | QuorateError {
  if (reply instanceof QuorateError) return reply;
  if (reply.kind !== 'inspect' && reply.kind !== 'administer') throw new Error(`a reply ${reply.kind}`);
  return JSON.parse(reply.json) as Json;
}
