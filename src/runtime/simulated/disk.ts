/**
 * The disk of one machine: it survives what its process does not. It holds what was synced; what was written and not synced is
 * with the engine and dies with it.
 */
import { invariant, QuorateError } from '../errors/index.ts';
import type { SeededRandom } from './random.ts';
import { toMicroseconds } from './scheduler.ts';
import { type Change, SortedEntries, type StoredEntry, textOfKey } from './sorted-entries.ts';

/** How a disk behaves. Shares are in syncs per million. */
export interface DiskFaults {
  /** Least and most time a sync takes. */
  readonly syncMsMin: number;
  readonly syncMsMax: number;
  /** Share of syncs that take up to `longSyncMsMax` instead. */
  readonly longSyncPerMillion: number;
  readonly longSyncMsMax: number;
  /** Share of syncs that fail with an I/O error. */
  readonly errorPerMillion: number;
  /** No room: every sync fails. */
  readonly isFull: boolean;
}

/** A solid-state disk that works. */
export const SOUND_DISK: DiskFaults = {
  syncMsMin: 0.2,
  syncMsMax: 0.6,
  longSyncPerMillion: 0,
  longSyncMsMax: 50,
  errorPerMillion: 0,
  isFull: false,
};

/** @throws RangeError naming the setting that is out of its range. */
export function checkDiskFaults(faults: DiskFaults): DiskFaults {
  const { syncMsMin, syncMsMax, longSyncMsMax } = faults;
  if (!(syncMsMin >= 0 && syncMsMax >= syncMsMin && Number.isFinite(syncMsMax))) {
    throw new RangeError(`syncMsMin ${syncMsMin} .. syncMsMax ${syncMsMax} is not a span of time`);
  }
  if (!(longSyncMsMax >= 0 && Number.isFinite(longSyncMsMax)))
    throw new RangeError(`longSyncMsMax ${longSyncMsMax} is not a time`);
  for (const name of ['longSyncPerMillion', 'errorPerMillion'] as const) {
    const share = faults[name];
    if (!Number.isInteger(share) || share < 0 || share > 1_000_000) {
      throw new RangeError(`${name} ${share} is not an integer in 0 .. 1,000,000`);
    }
  }
  return faults;
}

/** Learns of a stored value that changed by itself. */
export type OnDecay = (before: StoredEntry, after: StoredEntry) => void;

export class SimulatedDisk {
  readonly name: string;
  readonly random: SeededRandom;
  #faults: DiskFaults = SOUND_DISK;
  #content = new SortedEntries();
  #syncs = 0;
  #errorsDue = 0;
  #onDecay: OnDecay | undefined;

  constructor(name: string, random: SeededRandom) {
    this.name = name;
    this.random = random;
  }

  get faults(): DiskFaults {
    return this.#faults;
  }

  /** How many syncs have ended well. */
  get syncs(): number {
    return this.#syncs;
  }

  /** What is stored durably, in key order. */
  get content(): readonly StoredEntry[] {
    return this.#content.all();
  }

  /** Whether that key is stored durably. */
  holds(key: Uint8Array): boolean {
    return this.#content.get(textOfKey(key)) !== undefined;
  }

  /** @throws RangeError naming the setting that is out of its range. */
  setFaults(faults: Partial<DiskFaults>): void {
    this.#faults = checkDiskFaults({ ...this.#faults, ...faults });
  }

  /** The next sync, on this disk, ends in an I/O error. Called twice, the next two. */
  failNextSync(): void {
    this.#errorsDue++;
  }

  /** Flip one bit of a stored value, of any one if no key is given. False if there is nothing to flip. */
  flipBit(key?: Uint8Array): boolean {
    const candidates = key === undefined ? this.#content.all() : [this.#content.get(textOfKey(key))];
    const victims = candidates.filter((entry) => entry !== undefined && entry.value.length > 0) as StoredEntry[];
    if (victims.length === 0) return false;
    const before = this.random.pick(victims);
    const value = before.value.slice();
    const index = this.random.below(value.length);
    value[index] = (value[index] as number) ^ (1 << this.random.below(8));
    const after = { ...before, value };
    this.#content.apply(after);
    this.#onDecay?.(before, after);
    return true;
  }

  /** The disk is replaced by an empty one. Nobody may be using it. */
  wipe(): void {
    invariant(this.#onDecay === undefined, 'a disk was wiped while an engine used it');
    this.#content = new SortedEntries();
  }

  /** For the engine: read all that is stored, and hear of decay from now on. */
  mount(onDecay: OnDecay): SortedEntries {
    invariant(this.#onDecay === undefined, 'a disk was opened by two engines at once');
    this.#onDecay = onDecay;
    return new SortedEntries(this.#content.all());
  }

  /** For the engine: the disk is free for the next one. */
  unmount(): void {
    this.#onDecay = undefined;
  }

  /** For the engine: draw how long the next sync takes, in microseconds. */
  syncDelay(): number {
    const { syncMsMin, syncMsMax, longSyncPerMillion, longSyncMsMax } = this.#faults;
    const max = this.random.chance(longSyncPerMillion) ? Math.max(syncMsMax, longSyncMsMax) : syncMsMax;
    return this.random.between(toMicroseconds(syncMsMin), toMicroseconds(max));
  }

  /** For the engine: how the sync that ends now ended; `undefined` when well. */
  syncFailure(): QuorateError | undefined {
    if (this.#faults.isFull) return diskFull(this.name);
    if (this.#errorsDue > 0) this.#errorsDue--;
    else if (!this.random.chance(this.#faults.errorPerMillion)) {
      this.#syncs++;
      return undefined;
    }
    return inputOutputError(this.name);
  }

  /** For the engine: a batch is durable. */
  store(batch: readonly Change[]): void {
    for (const change of batch) this.#content.apply(change);
  }
}

function diskFull(name: string): QuorateError {
  return new QuorateError({
    code: 'disk-full',
    message: `no space is left on the disk of '${name}'`,
    outcome: 'unknown',
    next: 'Make room on the disk, then start the node again.',
    data: { disk: name },
  });
}

function inputOutputError(name: string): QuorateError {
  return new QuorateError({
    code: 'disk-failed',
    message: `the disk of '${name}' failed: input/output error at a sync`,
    outcome: 'unknown',
    next: 'Check the disk, then start the node again.',
    data: { disk: name },
  });
}
