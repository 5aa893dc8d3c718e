/** Clients that read, write with and without what they read, delete and count, each at its own pace. */
import { decodeRecord, EMPTY_VECTOR, seenBy } from '../../src/protocols/versions/index.ts';
import type { SeededRandom } from '../../src/runtime/simulated/index.ts';
import { encodeContext } from '../../src/stores/kv/context.ts';
import type { ChangeRequest, GetReply } from '../../src/stores/kv/requests.ts';
import type { DirectClient, Outcome } from './direct-client.ts';
import type { WriteEvent } from './history.ts';
import { COUNTERS, PLAIN, type Stage } from './stage.ts';

const TIMEOUT_MS = 400;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a client knows of one key: the context of its last read or write, and what that has seen. */
interface Knowledge {
  context: Uint8Array | undefined;
  seen: ReadonlySet<string>;
}

export class ActingClient {
  readonly #stage: Stage;
  readonly #client: DirectClient;
  readonly #random: SeededRandom;
  readonly #known = new Map<string, Knowledge>();

  constructor(stage: Stage, name: string, random: SeededRandom) {
    this.#stage = stage;
    this.#client = stage.client(name);
    this.#random = random;
  }

  /** One request after the other until the stage is calm. */
  act(): void {
    this.#stage.simulation.after(this.#random.below(120), () => {
      if (this.#stage.troubled) this.#actOnce(() => this.act());
    });
  }

  #actOnce(then: () => void): void {
    const random = this.#random;
    const key = this.#stage.keys[random.below(this.#stage.keys.length)] as string;
    const node = random.below(this.#stage.names.length);
    const choice = random.below(10);
    if (choice < 4) this.#read(node, key, then);
    else if (choice < 5) this.#increment(node, 1 + random.below(5), then);
    else if (choice < 6) this.#delete(node, key, then);
    else this.#put(node, key, choice >= 8, then);
  }

  #knowledge(key: string): Knowledge {
    const known = this.#known.get(key) ?? { context: undefined, seen: new Set<string>() };
    this.#known.set(key, known);
    return known;
  }

  #read(node: number, key: string, then: () => void): void {
    const request = { kind: 'get', bucket: PLAIN, key: encoder.encode(key), r: 0, timeoutMs: TIMEOUT_MS } as const;
    this.#stage.request(this.#client, node, request, (outcome) => {
      if ('reply' in outcome && outcome.reply.kind === 'get') {
        const ids = valuesOf(outcome.reply);
        this.#stage.history.onRead(key, ids);
        const knowledge = this.#knowledge(key);
        knowledge.context = contextOf(outcome.reply);
        knowledge.seen = this.#stage.history.closure(ids);
      }
      then();
    });
  }

  #put(node: number, key: string, blind: boolean, then: () => void): void {
    const id = this.#stage.nextWrite();
    const context = blind ? undefined : this.#knowledge(key).context;
    const change = { kind: 'put', contentType: '', value: encoder.encode(id) } as const;
    this.#change(node, this.#stage.history.begin(id, key, false, this.#seen(key, context)), context, change, then);
  }

  #delete(node: number, key: string, then: () => void): void {
    const { context } = this.#knowledge(key);
    const event = this.#stage.history.begin(this.#stage.nextWrite(), key, true, this.#seen(key, context));
    this.#change(node, event, context, { kind: 'delete' }, then);
  }

  #seen(key: string, context: Uint8Array | undefined): ReadonlySet<string> {
    return context === undefined ? new Set() : this.#knowledge(key).seen;
  }

  #change(
    node: number,
    event: WriteEvent,
    context: Uint8Array | undefined,
    change: ChangeRequest['change'],
    then: () => void,
  ): void {
    const request: ChangeRequest = {
      kind: 'change',
      bucket: PLAIN,
      key: encoder.encode(event.key),
      context,
      change,
      w: 0,
      timeoutMs: TIMEOUT_MS,
    };
    this.#stage.request(this.#client, node, request, (outcome) => {
      judge(event, outcome);
      if ('reply' in outcome && outcome.reply.kind === 'change' && outcome.reply.context !== undefined) {
        // The store says: this context has seen the write and all it superseded.
        const knowledge = this.#knowledge(event.key);
        knowledge.context = outcome.reply.context;
        knowledge.seen = new Set([...event.seen, event.id]);
      }
      then();
    });
  }

  #increment(node: number, amount: number, then: () => void): void {
    const stage = this.#stage;
    stage.mayCount += amount;
    const change = { kind: 'increment', amount } as const;
    const key = encoder.encode('total');
    const request: ChangeRequest = {
      kind: 'change',
      bucket: COUNTERS,
      key,
      context: undefined,
      change,
      w: 0,
      timeoutMs: TIMEOUT_MS,
    };
    stage.request(this.#client, node, request, (outcome) => {
      if ('reply' in outcome) stage.counted += amount;
      else if (outcome.error.outcome === 'not-applied') stage.mayCount -= amount;
      then();
    });
  }
}

/** Enter what became of a write into the history. */
export function judge(event: WriteEvent, outcome: Outcome): void {
  event.fate = 'error' in outcome ? outcome.error.outcome : 'acknowledged';
}

export function valuesOf({ record }: GetReply): string[] {
  if (record === undefined) return [];
  const { versions } = decodeRecord(record);
  return versions.map((version) => decoder.decode(version.value)).sort();
}

function contextOf({ mark, record }: GetReply): Uint8Array {
  return encodeContext(mark, record === undefined ? { clock: EMPTY_VECTOR, timestamp: 0 } : seenBy(decodeRecord(record)));
}
