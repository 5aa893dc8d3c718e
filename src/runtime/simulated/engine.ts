/**
 * The storage engine of the simulated world. A batch is visible at once and durable after a sync; batches written before a sync
 * begins share it, in their order (group commit). A crash loses the batches behind the last sync, a suffix; of those that a sync
 * was just about, a prefix of any length survives, as the seed decides: each batch whole or not at all.
 */
import { copyBytes } from '../bytes/index.ts';
import { InvariantViolation, QuorateError } from '../errors/index.ts';
import {
  type Engine,
  type Entry,
  MAX_KEY_BYTES,
  type OnDurable,
  type Operation,
  type Range,
  type Snapshot,
} from '../world/index.ts';
import type { Digest } from './digest.ts';
import type { SimulatedDisk } from './disk.ts';
import { EventPromise } from './event-promise.ts';
import type { Owner } from './event-queue.ts';
import type { Scheduler } from './scheduler.ts';
import { type Change, SortedEntries, type StoredEntry, textOfKey } from './sorted-entries.ts';
import type { Trace } from './trace.ts';

/** What the bytes of `get` turn into when their time is over. */
const STALE_BYTE = 0xdb;

/** What an engine needs of the simulation around it. */
export interface EngineSurroundings {
  readonly scheduler: Scheduler;
  readonly digest: Digest;
  readonly trace: Trace;
}

interface Batch {
  readonly changes: readonly Change[];
  readonly onDurable: OnDurable;
}

export class SimulatedEngine implements Engine {
  readonly #surroundings: EngineSurroundings;
  readonly #owner: Owner;
  readonly #disk: SimulatedDisk;
  readonly #visible: SortedEntries;
  /** Batches that the next sync will be about. */
  #waiting: Batch[] = [];
  /** Batches that the sync under way is about. */
  #syncing: Batch[] = [];
  #isSyncPlanned = false;
  #failure: QuorateError | undefined;
  #closing: EventPromise<void> | undefined;
  #isReleased = false;
  /** What `get` returns lives here until the next call: whoever keeps it without a copy finds out in the simulation. */
  #lent = new Uint8Array(64);
  #lentLength = 0;

  constructor(surroundings: EngineSurroundings, owner: Owner, disk: SimulatedDisk) {
    this.#surroundings = surroundings;
    this.#owner = owner;
    this.#disk = disk;
    this.#visible = disk.mount((before, after) => {
      // Memory shows what the disk holds, unless the value was overwritten since.
      if (this.#visible.get(before.text) === before) this.#visible.apply(after);
    });
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.#expectOpen();
    this.#reclaim();
    const value = this.#visible.get(textOfKey(key))?.value;
    if (value === undefined) return undefined;
    if (value.length > this.#lent.length) this.#lent = new Uint8Array(value.length * 2);
    this.#lent.set(value);
    this.#lentLength = value.length;
    return this.#lent.subarray(0, value.length);
  }

  range(range: Range): Iterable<Entry> {
    this.#expectOpen();
    this.#reclaim();
    checkRange(range);
    return copies(() => {
      this.#expectOpen();
      return this.#visible.range(range);
    });
  }

  snapshot(): Snapshot {
    this.#expectOpen();
    this.#reclaim();
    const entries = new SortedEntries(this.#visible.all());
    let isClosed = false;
    const expectOpen = () => {
      this.#expectOpen();
      if (isClosed) throw closed('snapshot');
    };
    return {
      range: (range) => {
        expectOpen();
        checkRange(range);
        return copies(() => {
          expectOpen();
          return entries.range(range);
        });
      },
      close: () => {
        isClosed = true;
      },
    };
  }

  write(batch: readonly Operation[], onDurable: OnDurable): void {
    this.#reclaim();
    if (!this.#owner.alive) return;
    const { scheduler, digest } = this.#surroundings;
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      scheduler.soon(this.#owner, () => onDurable(refusal));
      return;
    }
    for (const { key } of batch) checkLength(key, 1, MAX_KEY_BYTES);
    const changes = batch.map(({ key, value }) => ({
      text: textOfKey(key),
      key: copyBytes(key),
      value: value && copyBytes(value),
    }));
    for (const change of changes) {
      digest.text(change.text);
      if (change.value !== undefined) digest.bytes(change.value);
      this.#visible.apply(change);
    }
    this.#waiting.push({ changes, onDurable });
    this.#planSync();
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = new EventPromise(this.#surroundings.scheduler, this.#owner);
      this.#finishClosing();
    }
    return this.#closing;
  }

  /** The process of this engine is gone, and with it what was not synced. */
  die(): void {
    const survivors = this.#disk.random.below(this.#syncing.length + 1);
    const losses = this.#syncing.length - survivors + this.#waiting.length;
    for (const { changes } of this.#syncing.slice(0, survivors)) this.#disk.store(changes);
    this.#syncing = [];
    this.#waiting = [];
    this.#release();
    const { trace } = this.#surroundings;
    if (losses > 0 && trace.enabled) trace.record(this.#owner.name, `loses ${losses} batches that were not durable`, 'disk');
  }

  #planSync(): void {
    if (this.#isSyncPlanned || this.#syncing.length > 0 || this.#waiting.length === 0) return;
    this.#isSyncPlanned = true;
    // Without an owner: the disk works on while the process is paused.
    this.#surroundings.scheduler.soon(undefined, () => this.#beginSync());
  }

  #beginSync(): void {
    this.#isSyncPlanned = false;
    if (this.#waiting.length === 0) return;
    this.#syncing = this.#waiting;
    this.#waiting = [];
    const { scheduler } = this.#surroundings;
    scheduler.at(scheduler.time + this.#disk.syncDelay(), undefined, () => this.#endSync());
  }

  #endSync(): void {
    if (!this.#owner.alive) return;
    const { scheduler, trace } = this.#surroundings;
    const failure = this.#disk.syncFailure();
    if (failure !== undefined) {
      this.#fail(failure);
      return;
    }
    const durable = this.#syncing;
    this.#syncing = [];
    for (const { changes } of durable) this.#disk.store(changes);
    if (trace.enabled) trace.record(this.#owner.name, `synced ${durable.length} batches`, 'disk');
    scheduler.soon(this.#owner, () => {
      for (const { onDurable } of durable) onDurable();
    });
    this.#planSync();
    this.#finishClosing();
  }

  /** What is on the disk is no longer known: any prefix of what the sync was about. Nothing is written from here on. */
  #fail(failure: QuorateError): void {
    const { scheduler, trace } = this.#surroundings;
    const failed = [...this.#syncing, ...this.#waiting];
    const stored = this.#disk.faults.isFull ? 0 : this.#disk.random.below(this.#syncing.length + 1);
    for (const { changes } of this.#syncing.slice(0, stored)) this.#disk.store(changes);
    this.#failure = failure;
    this.#syncing = [];
    this.#waiting = [];
    if (trace.enabled) trace.record(this.#owner.name, `sync failed for ${failed.length} batches: ${failure.message}`, 'disk');
    scheduler.soon(this.#owner, () => {
      for (const { onDurable } of failed) onDurable(failure);
    });
    this.#finishClosing();
  }

  #finishClosing(): void {
    if (this.#closing === undefined || this.#syncing.length + this.#waiting.length > 0) return;
    this.#release();
    if (this.#failure === undefined) this.#closing.fulfil();
    else this.#closing.fail(this.#failure);
  }

  #release(): void {
    if (!this.#isReleased) this.#disk.unmount();
    this.#isReleased = true;
  }

  #refusal(): QuorateError | undefined {
    if (this.#closing !== undefined) return closed('engine');
    return this.#failure === undefined ? undefined : refused(this.#failure);
  }

  #expectOpen(): void {
    if (this.#closing !== undefined) throw closed('engine');
  }

  /** What `get` lent is not valid any more. */
  #reclaim(): void {
    this.#lent.fill(STALE_BYTE, 0, this.#lentLength);
    this.#lentLength = 0;
  }
}

function checkRange({ from, to }: Range): void {
  checkLength(from, 0, MAX_KEY_BYTES + 1);
  checkLength(to, 0, MAX_KEY_BYTES + 1);
}

function checkLength({ length }: Uint8Array, least: number, most: number): void {
  if (length < least || length > most) throw new InvariantViolation(`a key of ${length} bytes has not ${least} to ${most} bytes`);
}

/** Copies that the caller may keep, of the entries as they are when iteration starts. */
function copies(entries: () => StoredEntry[]): Iterable<Entry> {
  return {
    *[Symbol.iterator]() {
      for (const { key, value } of entries()) yield { key: copyBytes(key), value: copyBytes(value) };
    },
  };
}

/** The refusal of every write behind a failed one. */
function refused(failure: QuorateError): QuorateError {
  return new QuorateError(
    {
      code: 'engine-failed',
      message: `storage takes no more writes since one failed: ${failure.message}`,
      outcome: 'not-applied',
      next: failure.next,
      data: { ...failure.data, failure: failure.code },
    },
    { cause: failure },
  );
}

function closed(what: 'engine' | 'snapshot'): QuorateError {
  return new QuorateError({
    code: `${what}-closed`,
    message: `the storage ${what} is closed`,
    outcome: 'not-applied',
    next: 'Open it again.',
  });
}
