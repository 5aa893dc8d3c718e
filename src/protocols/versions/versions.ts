/**
 * All live versions of one key and what has been seen of it: a dotted version vector set.
 *
 * Intuition: each version carries the dot of the write that made it. The clock says which dots have been seen. A seen dot without
 * a version is a superseded one, so a replica that meets the old version again knows to drop it, and an empty set of versions
 * with a clock is a tombstone. Concurrent writes are exactly those whose dots are not in each other's clocks.
 *
 * Source: Preguiça et al., "Dotted Version Vectors" (2010) and Almeida et al., "Scalable and Accurate Causality Tracking for
 * Eventually Consistent Stores" (2014), section 5. Deviation: versions are kept with their own dots instead of a compact
 * per-actor list, since counters are per node and not per key, so that a forgotten key never sees an old dot again.
 *
 * Invariants: versions are sorted by dot; each version's dot is covered by the clock; `merge` is commutative, associative and
 * idempotent (a join of semilattices).
 */
import { type Actor, compareDots, type Dot } from './dot.ts';
import { covers, EMPTY_VECTOR, join, type VersionVector } from './version-vector.ts';

export interface Version {
  readonly dot: Dot;
  /** Milliseconds; always later than that of each version it supersedes. Only the `latest` policy looks at it. */
  readonly timestamp: number;
  /** A deletion that must be remembered as a version: only the `latest` policy makes them. */
  readonly deleted: boolean;
  /** Element of a set or field of a map; empty for plain values. */
  readonly field: Uint8Array;
  /** Media type; '' stands for application/octet-stream. */
  readonly contentType: string;
  readonly value: Uint8Array;
  /** From when on it reads as absent, in milliseconds since 1970; `undefined` for never. */
  readonly expiresAt?: number | undefined;
}

export interface Versions {
  readonly clock: VersionVector;
  readonly versions: readonly Version[];
}

export const NO_VERSIONS: Versions = { clock: EMPTY_VECTOR, versions: [] };

/** What a writer had seen when it wrote. */
export interface Seen {
  readonly clock: VersionVector;
  /** The latest timestamp among the versions seen; 0 for none. */
  readonly timestamp: number;
}

export const NOTHING_SEEN: Seen = { clock: EMPTY_VECTOR, timestamp: 0 };

/** What a reader of these versions has seen. */
export function seenBy(state: Versions): Seen {
  return { clock: state.clock, timestamp: latestTimestamp(state) };
}

export function latestTimestamp(state: Versions): number {
  let latest = 0;
  for (const version of state.versions) if (version.timestamp > latest) latest = version.timestamp;
  return latest;
}

/**
 * What is known when both are: the state that any two replicas agree on after they exchange theirs. Of the versions, those
 * survive that both hold, and those that one holds and the other has not seen.
 */
export function merge(a: Versions, b: Versions): Versions {
  const versions: Version[] = [];
  let left = 0;
  let right = 0;
  while (left < a.versions.length || right < b.versions.length) {
    const x = a.versions[left];
    const y = b.versions[right];
    const order = x === undefined ? 1 : y === undefined ? -1 : compareDots(x.dot, y.dot);
    if (order <= 0) left++;
    if (order >= 0) right++;
    const version = (order <= 0 ? x : y) as Version;
    if (order === 0 || !covers(order < 0 ? b.clock : a.clock, version.dot)) versions.push(version);
  }
  return { clock: join(a.clock, b.clock), versions };
}

/** The body of a new version; dot and timestamp are given by {@link write}. */
export interface NewVersion {
  readonly deleted?: boolean;
  readonly field?: Uint8Array;
  readonly contentType?: string;
  readonly value: Uint8Array;
  readonly expiresAt?: number | undefined;
}

/** Where new dots and timestamps come from: the coordinating replica. */
export interface DotSource {
  readonly actor: Actor;
  nextCounter(): number;
  /** The wall clock, milliseconds. */
  wallTime(): number;
}

const NO_BYTES = new Uint8Array(0);

/**
 * The coordinator's step: supersede the versions for which `supersedes` holds, and add new ones, each with a dot of its own.
 * The result has seen all that the replica and the writer had seen.
 */
export function write(
  state: Versions,
  seen: Seen,
  supersedes: (version: Version) => boolean,
  added: readonly NewVersion[],
  source: DotSource,
): Versions {
  const kept = state.versions.filter((version) => !supersedes(version));
  // Later than all it may supersede, whatever the wall clock says: without this, merges under `latest` would not commute.
  const timestamp = Math.max(source.wallTime(), seen.timestamp + 1, latestTimestamp(state) + 1);
  const dots: Dot[] = [];
  for (const { deleted = false, field = NO_BYTES, contentType = '', value, expiresAt } of added) {
    const dot: Dot = { actor: source.actor, counter: source.nextCounter() };
    kept.push({ dot, timestamp, deleted, field, contentType, value, expiresAt });
    dots.push(dot);
  }
  kept.sort((x, y) => compareDots(x.dot, y.dot));
  const before = join(state.clock, seen.clock);
  // Of one actor and ascending: the last one covers them all.
  return { clock: join(before, dots.slice(-1)), versions: kept };
}

/** Whether nothing can be read of it: each version, if there are any, is a deletion. */
export function isTombstone(state: Versions): boolean {
  return state.versions.every((version) => version.deleted);
}
