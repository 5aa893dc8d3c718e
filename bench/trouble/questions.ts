/** Asking each node of a cluster by itself: a client would ask whichever it likes. */
import { realWorld } from '../../src/runtime/real/index.ts';
import { DirectClient } from '../../src/stores/kv/client/index.ts';

const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;

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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
