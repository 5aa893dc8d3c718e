/**
 * An engine whose data are all in memory, where they are read, and are kept by something slower behind it: the Dynamo paper's
 * "in-memory buffer with persistent backing store" (section 4 and 6.1).
 *
 * | write | when the backing gets it                                                              |
 * |-------|---------------------------------------------------------------------------------------|
 * | now   | with the next batch, which begins at once or when the one before is durable           |
 * | lazy  | with whatever goes next, after `holdMs` at the latest, or when `holdBytes` are waiting |
 *
 * Of several changes of a key that wait, only the last is stored: atomic all the same, since all that waits goes in one
 * transaction. One transaction is under way at a time, so batches become durable in their order.
 *
 * Invariants: what is acknowledged as durable is in the backing; after a failed transaction there is no other one.
 */
import { copyBytes } from '../bytes/index.ts';
import type { QuorateError } from '../errors/index.ts';
import type { Timer, Timers } from '../world/index.ts';
import { callAll } from './durable-callbacks.ts';
import type { Engine, Entry, OnDurable, Operation, Range, Snapshot, Urgency } from './engine.ts';
import { engineClosed, engineFailed } from './engine-errors.ts';
import { checkBatch } from './limits.ts';
import { MapReader } from './map-reader.ts';
import type { OrderedMap } from './ordered-map.ts';

/** Keeps what an engine holds in memory. */
export interface Backing {
  /** All of it in one transaction; each key occurs once. Called again only when the one before has called back. */
  store(operations: readonly Operation[], onDurable: (error?: QuorateError) => void): void;
  close(): Promise<void>;
}

export interface BackedEngineParts {
  /** What the backing holds already; the engine's from now on. */
  readonly map: OrderedMap;
  readonly backing: Backing;
  readonly timers: Pick<Timers, 'soon' | 'after'>;
  /** For so long a lazy write may be in memory only. */
  readonly holdMs: number;
  /** So much may wait for the backing before it is given to it at once. */
  readonly holdBytes: number;
}

export class BackedEngine implements Engine {
  readonly #parts: BackedEngineParts;
  readonly #reader: MapReader;
  #gathered = new Map<string, Operation>();
  #gatheredBytes = 0;
  #callbacks: OnDurable[] = [];
  #isWanted = false;
  #isStoring = false;
  #timer: Timer | undefined;
  #failure: QuorateError | undefined;
  #whenIdle: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: BackedEngineParts) {
    this.#parts = parts;
    this.#reader = new MapReader(parts.map);
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#reader.get(key);
  }

  range(range: Range): Iterable<Entry> {
    return this.#reader.range(range);
  }

  snapshot(): Snapshot {
    return this.#reader.snapshot();
  }

  write(batch: readonly Operation[], onDurable: OnDurable, urgency: Urgency = 'now'): void {
    const { timers, holdBytes, holdMs } = this.#parts;
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      timers.soon(() => callAll([onDurable], refusal));
      return;
    }
    checkBatch(batch);
    for (const operation of batch) this.#apply(operation);
    this.#callbacks.push(onDurable);
    if (urgency === 'now' || this.#gatheredBytes >= holdBytes) this.#storeSoon();
    else this.#timer ??= timers.after(holdMs, () => this.#storeSoon());
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #refusal(): QuorateError | undefined {
    if (this.#reader.isClosed) return engineClosed();
    return this.#failure === undefined ? undefined : engineFailed(this.#failure);
  }

  #apply({ key, value }: Operation): void {
    const own: Operation = { key: copyBytes(key), value: value === undefined ? undefined : copyBytes(value) };
    if (own.value === undefined) this.#reader.map.delete(own.key);
    else this.#reader.map.set(own.key, own.value);
    const name = Buffer.from(own.key.buffer, own.key.byteOffset, own.key.length).toString('latin1');
    this.#gatheredBytes += sizeOf(own) - sizeOf(this.#gathered.get(name));
    this.#gathered.set(name, own);
  }

  #storeSoon(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    if (!this.#isStoring) this.#parts.timers.soon(() => this.#store());
  }

  #store(): void {
    if (this.#isStoring || !this.#isWanted) return;
    const operations = [...this.#gathered.values()];
    const callbacks = this.#callbacks;
    this.#isWanted = false;
    this.#gathered = new Map();
    this.#gatheredBytes = 0;
    this.#callbacks = [];
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isStoring = true;
    const onDurable = (error?: QuorateError): void => {
      this.#isStoring = false;
      this.#failure ??= error;
      callAll(callbacks, error);
      this.#goOn();
    };
    if (operations.length === 0) onDurable();
    else this.#parts.backing.store(operations, onDurable);
  }

  #goOn(): void {
    if (this.#failure !== undefined) {
      const callbacks = this.#callbacks;
      this.#callbacks = [];
      this.#isWanted = false;
      this.#timer?.cancel();
      callAll(callbacks, engineFailed(this.#failure));
    }
    if (this.#isWanted) this.#store();
    else this.#whenIdle?.();
  }

  async #close(): Promise<void> {
    this.#reader.isClosed = true;
    await new Promise<void>((resolve) => {
      if (this.#failure === undefined) {
        this.#whenIdle = resolve;
        this.#storeSoon();
      } else resolve();
    });
    await this.#parts.backing.close();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function sizeOf(operation: Operation | undefined): number {
  return operation === undefined ? 0 : operation.key.length + (operation.value?.length ?? 0);
}
