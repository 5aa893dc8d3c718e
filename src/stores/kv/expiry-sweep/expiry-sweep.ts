/**
 * Ends the life of expired values on this node's disk: from then on they are as deleted, and tombstone collection does the rest.
 *
 * Reading does not need it, since a reader looks at the time. So it may be late, and it is, on purpose: an expired value that a clock
 * has shown by mistake can be read again once the clock is right, one that was let go cannot.
 */
import { mayExpire, nextExpiry } from '../../../protocols/versions/index.ts';
import type { Operation, Timer } from '../../../runtime/world/index.ts';
import { CHECKSUM_BYTES, decodeChecked } from '../replica/index.ts';
import type { NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';
import { expiryKey, expiryRange, parseExpiryKey } from './expiry-key.ts';

/** By how much a clock may be ahead, for a while, without harm that stays. */
export const GRACE_MS = 60_000;
/** Timers run by another clock than that by which values expire, which may jump: so it is looked at again and again. */
const LONGEST_WAIT_MS = 60_000;
const SHORTEST_WAIT_MS = 100;
/** Records in one slice. */
const SLICE = 128;
const COST_BYTES = 512;

export class ExpirySweep implements NodeService {
  readonly #parts: ServiceParts;
  #timer: Timer | undefined;
  /** The wall time for which the timer is set. */
  #due = Number.POSITIVE_INFINITY;
  #isSweeping = false;
  #isStopped = false;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    parts.replica.observeWrites((storageKey, _before, after, batch) => {
      if (after !== undefined && mayExpire(after, CHECKSUM_BYTES)) this.#note(storageKey, after, batch);
    });
  }

  start(): void {
    for (const { key } of this.#parts.world.engine.range({ ...expiryRange(), limit: 1 })) {
      this.#armFor(parseExpiryKey(key).expiresAt);
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #note(storageKey: Uint8Array, after: Uint8Array, batch: Operation[]): void {
    const expiresAt = nextExpiry(decodeChecked(after));
    if (expiresAt === undefined) return;
    batch.push({ key: expiryKey(expiresAt, storageKey), value: new Uint8Array(0) });
    this.#armFor(expiresAt);
  }

  #armFor(expiresAt: number): void {
    if (this.#isStopped || this.#isSweeping || expiresAt >= this.#due) return;
    this.#due = expiresAt;
    const { clock, timers } = this.#parts.world;
    const wait = expiresAt + GRACE_MS - clock.wallTime();
    this.#timer?.cancel();
    this.#timer = timers.after(Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, wait)), () => this.#wake());
  }

  #wake(): void {
    this.#isSweeping = true;
    this.#parts.background.run('tombstones', SLICE * COST_BYTES, () => this.#sweep());
  }

  #sweep(): void {
    this.#isSweeping = false;
    this.#due = Number.POSITIVE_INFINITY;
    const { engine, clock } = this.#parts.world;
    if (this.#isStopped || this.#parts.replica.failure !== undefined) return;
    const until = Math.floor(clock.wallTime()) - GRACE_MS;
    const entries = until < 0 ? [] : [...engine.range({ ...expiryRange(until), limit: SLICE })];
    for (const { key } of entries) this.#expire(parseExpiryKey(key).storageKey, until);
    engine.write(
      entries.map(({ key }) => ({ key, value: undefined })),
      () => {},
    );
    this.start();
  }

  #expire(storageKey: Uint8Array, until: number): void {
    const { configuration, replica } = this.#parts;
    const { bucket } = parseStorageKey(storageKey);
    replica.expire(storageKey, (configuration.buckets.get(bucket) ?? configuration.defaults).conflict, until);
  }
}
