/** Asking each node of a cluster by itself: a client would ask whichever it likes. */
import { realWorld } from '../../src/runtime/real/index.ts';
import { DirectClient } from '../../src/stores/kv/client/index.ts';

const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;
/** N of the bucket. */
const REPLICAS = 3;

export class Questions {
  readonly #client: DirectClient;
  readonly #count: number;

  constructor(clusterName: string, addresses: readonly string[]) {
    this.#client = new DirectClient(realWorld(), clusterName, addresses);
    this.#count = addresses.length;
  }

  /** What every node answers, as JSON. @throws the first failure, once the links have had time to open. */
  async ask(topic: string): Promise<unknown[]> {
    const end = performance.now() + TIMEOUT_MS;
    for (;;) {
      try {
        return await Promise.all(Array.from({ length: this.#count }, (_unused, node) => this.#askOne(node, topic)));
      } catch (error) {
        if (performance.now() >= end) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #askOne(node: number, topic: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#client.request(node, { kind: 'inspect', topic, argument: '', timeoutMs: TIMEOUT_MS }, (outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else if (outcome.reply.kind === 'inspect') resolve(JSON.parse(outcome.reply.json));
        else reject(new TypeError(`a question was answered with a ${outcome.reply.kind}`));
      });
    });
  }

  /** An order to one of the nodes. @throws its refusal. */
  order(node: number, command: string, argument: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = { kind: 'administer', command, argument: JSON.stringify(argument), timeoutMs: TIMEOUT_MS } as const;
      this.#client.request(node, request, (outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else if (outcome.reply.kind === 'administer') resolve(JSON.parse(outcome.reply.json));
        else reject(new TypeError(`an order was answered with a ${outcome.reply.kind}`));
      });
    });
  }

  /** The part of all writes that this node is a home of. */
  async shareOfReplicas(node: number): Promise<number> {
    const ring = fieldsOf(await this.#askOne(0, 'ring'));
    const nodes = listOf(ring, 'nodes');
    const lists = listOf(ring, 'preferenceLists');
    const index = nodes.indexOf(`n${node + 1}`);
    const own = lists.filter((list) => Array.isArray(list) && list.slice(0, REPLICAS).includes(index));
    return own.length / lists.length;
  }

  /** Records that this node has been given by anti-entropy since it started. */
  async received(node: number): Promise<number> {
    return Number(fieldsOf((await this.ask('anti-entropy'))[node])['received']);
  }

  /** Whether all nodes tell the same Merkle roots, of all trees that they share. */
  async areInStep(): Promise<boolean> {
    const roots = new Map<string, unknown>();
    for (const answer of await this.ask('roots')) {
      for (const [tree, root] of Object.entries(fieldsOf(answer))) {
        if (roots.has(tree) && roots.get(tree) !== root) return false;
        roots.set(tree, root);
      }
    }
    return true;
  }

  /** Seats of partitions that are not where the ring wants them, by the node that knows of most; and keys that were sent for them. */
  async move(): Promise<{ readonly seatsLeft: number; readonly keys: number }> {
    const answers = (await this.ask('cluster')).map(fieldsOf);
    return {
      seatsLeft: Math.max(...answers.map(({ seatsLeft }) => Number(seatsLeft))),
      keys: answers.reduce((sum, { here }) => sum + Number(fieldsOf(here)['keys']), 0),
    };
  }

  /** Of each node: at what rate background work may go, and the tails by which it is judged. */
  async paces(): Promise<string> {
    const answers = (await this.ask('background')).map(fieldsOf);
    const paces = answers.map(({ bytesPerSecond, requestP999Ms, storageP999Ms, heldBackBy }) => {
      const tails = `${Number(requestP999Ms).toFixed(0)}/${Number(storageP999Ms).toFixed(0)} ms`;
      return `${Math.round(Number(bytesPerSecond) / 1024)}K ${tails}${heldBackBy === 'nothing' ? '' : ' held back'}`;
    });
    return paces.join(', ');
  }

  /** Hints that all nodes together hold for others, as far as they count them. */
  async hints(): Promise<number> {
    const answers = await this.ask('hints');
    return answers.flatMap(targetsOf).reduce((sum, count) => sum + count, 0);
  }
}

function targetsOf(answer: unknown): number[] {
  const targets = isObject(answer) ? answer['targets'] : undefined;
  if (!Array.isArray(targets)) throw new TypeError(`no answer about hints: ${JSON.stringify(answer)}`);
  return targets.map((target: unknown) => (isObject(target) ? Number(target['hints']) : Number.NaN));
}

function fieldsOf(answer: unknown): Record<string, unknown> {
  if (!isObject(answer)) throw new TypeError(`no object: ${JSON.stringify(answer)}`);
  return answer;
}

function listOf(answer: Record<string, unknown>, field: string): readonly unknown[] {
  const list = answer[field];
  if (!Array.isArray(list)) throw new TypeError(`no list of ${field}: ${JSON.stringify(answer).slice(0, 200)}`);
  return list;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
