/** A client that reads, writes with and without what it read, deletes and counts, as its plan says. */
import { decodeRecord } from '../../../protocols/versions/index.ts';
import type { DirectClient, DirectOutcome } from '../../../stores/kv/client/index.ts';
import { type ChangeRequest, contextIn, type GetReply } from '../../../stores/kv/index.ts';
import type { WriteEvent, WriteSet } from '../../histories/index.ts';
import type { KvOperation } from './kv-plan.ts';
import { COUNTER_KEY, COUNTERS, PLAIN, type Stage } from './stage.ts';

const TIMEOUT_MS = 400;
const decoder = new TextDecoder();

/** What a client knows of one key: the context of its last read or write, and what that has seen. */
interface Knowledge {
  context: Uint8Array | undefined;
  seen: WriteSet;
  /** Of those, what it has read or written last. */
  last: readonly string[];
}

export class ActingClient {
  readonly #stage: Stage;
  readonly #name: string;
  readonly #client: DirectClient;
  readonly #known = new Map<string, Knowledge>();

  constructor(stage: Stage, name: string, client: DirectClient) {
    this.#stage = stage;
    this.#name = name;
    this.#client = client;
  }

  act({ kind, node, key: place, amount }: KvOperation): void {
    const key = this.#stage.keys[place % this.#stage.keys.length] as string;
    switch (kind) {
      case 'read':
        this.#read(node, key);
        break;
      case 'count':
        this.#count(node, amount);
        break;
      case 'delete':
        this.#delete(node, key);
        break;
      case 'put':
        this.#put(node, key, this.#knowledge(key).context);
        break;
      case 'blind-put':
        this.#put(node, key, undefined);
    }
  }

  #knowledge(key: string): Knowledge {
    const known = this.#known.get(key) ?? { context: undefined, seen: this.#stage.history.nothing, last: [] };
    this.#known.set(key, known);
    return known;
  }

  #read(node: number, key: string): void {
    const request = { kind: 'get', bucket: PLAIN, key: asciiBytes(key), r: 0, timeoutMs: TIMEOUT_MS } as const;
    this.#tell(`reads ${key} at n${node + 1}`);
    this.#stage.request(this.#client, node, request, (outcome) => {
      if ('error' in outcome || outcome.reply.kind !== 'get') {
        this.#tell(`read of ${key} failed: ${'error' in outcome ? outcome.error.message : outcome.reply.kind}`);
        return;
      }
      const ids = valuesOf(outcome.reply);
      this.#tell(`has read ${key}: ${ids.length === 0 ? 'nothing' : ids.join(' ')}`);
      this.#stage.history.onRead(key, ids);
      const knowledge = this.#knowledge(key);
      knowledge.context = contextIn(outcome.reply);
      knowledge.seen = this.#stage.history.closure(ids);
      knowledge.last = ids;
    });
  }

  #put(node: number, key: string, context: Uint8Array | undefined): void {
    const id = this.#stage.nextWrite();
    const event = this.#stage.history.begin(id, key, false, this.#seen(key, context));
    this.#change(node, event, context, { kind: 'put', contentType: '', value: asciiBytes(id) });
  }

  #delete(node: number, key: string): void {
    const { context } = this.#knowledge(key);
    const event = this.#stage.history.begin(this.#stage.nextWrite(), key, true, this.#seen(key, context));
    this.#change(node, event, context, { kind: 'delete' });
  }

  #seen(key: string, context: Uint8Array | undefined): WriteSet {
    return context === undefined ? this.#stage.history.nothing : this.#knowledge(key).seen;
  }

  #change(node: number, event: WriteEvent, context: Uint8Array | undefined, change: ChangeRequest['change']): void {
    const { key, id } = event;
    const last = context === undefined ? [] : this.#knowledge(key).last;
    const seen = last.length === 0 ? 'nothing seen' : `seen ${last.join(' ')}`;
    this.#tell(`${event.deletes ? 'deletes' : 'writes'} ${key} as ${id} at n${node + 1}, ${seen}`);
    const request = changeRequest(PLAIN, key, context, change);
    this.#stage.request(this.#client, node, request, (outcome) => {
      judge(event, outcome);
      this.#tell(`${id} is ${event.fate}${'error' in outcome ? `: ${outcome.error.message}` : ''}`);
      if ('error' in outcome || outcome.reply.kind !== 'change' || outcome.reply.context === undefined) return;
      // The store says: this context has seen the write and all it superseded.
      const knowledge = this.#knowledge(key);
      knowledge.context = outcome.reply.context;
      knowledge.seen = event.seen.plus(id);
      knowledge.last = [id];
    });
  }

  #count(node: number, amount: number): void {
    const stage = this.#stage;
    stage.mayCount += amount;
    this.#tell(`counts ${amount} at n${node + 1}`);
    const request = changeRequest(COUNTERS, COUNTER_KEY, undefined, { kind: 'increment', amount });
    stage.request(this.#client, node, request, (outcome) => {
      if ('reply' in outcome) stage.counted += amount;
      else if (outcome.error.outcome === 'not-applied') stage.mayCount -= amount;
      this.#tell(`${amount} ${'reply' in outcome ? 'counted' : outcome.error.message}`);
    });
  }

  #tell(event: string): void {
    this.#stage.simulation.note(event, this.#name);
  }
}

/** As TextEncoder would do it for such texts, which are short and many. */
function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

export function changeRequest(
  bucket: string,
  key: string,
  context: Uint8Array | undefined,
  change: ChangeRequest['change'],
  w = 0,
): ChangeRequest {
  return { kind: 'change', bucket, key: asciiBytes(key), context, change, w, timeoutMs: TIMEOUT_MS };
}

/** Enter what became of a write into the history. */
export function judge(event: WriteEvent, outcome: DirectOutcome): void {
  event.fate = 'error' in outcome ? outcome.error.outcome : 'acknowledged';
}

export function valuesOf({ record }: GetReply): string[] {
  if (record === undefined) return [];
  const { versions } = decodeRecord(record);
  return versions.map((version) => decoder.decode(version.value)).sort();
}
