/**
 * How concurrent writes of one key come together. All policies are the same dotted version vector set; they differ only in
 * which versions a write supersedes and how a reader makes one value of the survivors. So one replication, one repair and one
 * proof serve them all.
 *
 * | policy | a write supersedes | a reader takes |
 * |---|---|---|
 * | siblings | what its context has seen | all |
 * | latest | everything the replica holds | the version of the latest timestamp |
 * | set | equal elements (observed-remove: a concurrent add survives a remove) | the elements |
 * | counter | the coordinating actor's own subtotal | the sum |
 * | map | the same field's versions | per field the version of the latest timestamp |
 * | max | everything the replica holds | the greatest number |
 * | register | everything | the version |
 *
 * Sources: Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data Types"
 * (2011): PN-counter (3.1.3), OR-set (3.3.5).
 *
 * Only `latest` drops the losers when it merges. It may, because its deletions are versions that compete as well, and because
 * every superseding write has a later timestamp than what it supersedes: the winner is the greatest in a total order, a join.
 * Under `max` and `map` a deletion removes what it has seen, maybe the winner alone; a loser dropped at one replica and kept
 * at another would then live or not by the order of delivery. So there the losers stay until a write supersedes them.
 *
 * `register` is what an atomic bucket keeps (see `protocols/register`): of two versions the one of the later timestamp, whatever
 * either has seen. Timestamps there are counters and not times, and the clock is the version's own dot: an older state merges away.
 *
 * Only `put` and `delete` take the writer's context into the clock. The other changes act on what the coordinator holds: a
 * context may have seen other elements, fields or subtotals that this replica lacks, and claiming them seen would drop them.
 */
import { equalBytes } from '../../runtime/bytes/index.ts';
import { compareDots, type Dot } from './dot.ts';
import { covers } from './version-vector.ts';
import {
  type DotSource,
  latestTimestamp,
  merge,
  type NewVersion,
  NOTHING_SEEN,
  type Seen,
  type Version,
  type Versions,
  write,
} from './versions.ts';

export const POLICIES = ['siblings', 'latest', 'set', 'counter', 'map', 'max', 'register'] as const;
export type Policy = (typeof POLICIES)[number];

/** One request to change a key. Which kinds a policy takes, {@link accepts} tells. */
export type Change =
  | {
      readonly kind: 'put';
      readonly contentType: string;
      readonly value: Uint8Array;
      /** How long it can be read, in milliseconds from when its coordinator stores it; `undefined` for ever. */
      readonly ttlMs?: number | undefined;
    }
  | { readonly kind: 'delete' }
  | { readonly kind: 'add'; readonly elements: readonly Uint8Array[] }
  | { readonly kind: 'remove'; readonly elements: readonly Uint8Array[] }
  | { readonly kind: 'increment'; readonly amount: number }
  | { readonly kind: 'raise'; readonly to: number }
  | { readonly kind: 'put-field'; readonly field: Uint8Array; readonly contentType: string; readonly value: Uint8Array }
  | { readonly kind: 'delete-field'; readonly field: Uint8Array };

const ACCEPTED: Readonly<Record<Policy, readonly Change['kind'][]>> = {
  siblings: ['put', 'delete'],
  latest: ['put', 'delete'],
  set: ['add', 'remove', 'delete'],
  counter: ['increment', 'delete'],
  map: ['put-field', 'delete-field', 'delete'],
  max: ['raise', 'delete'],
  register: ['put', 'delete'],
};

export function accepts(policy: Policy, kind: Change['kind']): boolean {
  return ACCEPTED[policy].includes(kind);
}

/** The kinds of change a policy takes, for error messages. */
export function acceptedKinds(policy: Policy): readonly Change['kind'][] {
  return ACCEPTED[policy];
}

const NO_BYTES = new Uint8Array(0);

/** The coordinator's step under a policy. @throws RangeError if the policy does not take that kind of change. */
export function applyChange(policy: Policy, state: Versions, seen: Seen, change: Change, source: DotSource): Versions {
  if (!accepts(policy, change.kind)) throw new RangeError(`'${policy}' takes ${ACCEPTED[policy].join(', ')}, not ${change.kind}`);
  if (policy === 'register') return writeRegister(state, seen, change, source);
  const contextHasSeen = (version: Version): boolean => covers(seen.clock, version.dot);
  const everything = (): boolean => true;
  switch (change.kind) {
    case 'put': {
      const { contentType, value, ttlMs } = change;
      const added: NewVersion = { contentType, value, expiresAt: ttlMs === undefined ? undefined : source.wallTime() + ttlMs };
      return write(state, seen, policy === 'latest' ? everything : contextHasSeen, [added], source);
    }
    case 'delete':
      // Under `latest` the deletion competes by its timestamp, so it has to be a version; elsewhere the clock remembers it.
      if (policy === 'latest') return write(state, seen, everything, [{ deleted: true, value: NO_BYTES }], source);
      return write(state, seen, contextHasSeen, [], source);
    case 'add': {
      const added = distinct(change.elements).map((field) => ({ field, value: NO_BYTES }));
      return write(state, NOTHING_SEEN, isAnyOf(change.elements), added, source);
    }
    case 'remove':
      return write(state, NOTHING_SEEN, isAnyOf(change.elements), [], source);
    case 'increment': {
      const own = state.versions.find((version) => version.dot.actor === source.actor);
      const total = (own === undefined ? 0 : numberOf(own)) + change.amount;
      return write(state, NOTHING_SEEN, (version) => version === own, [{ value: encodeNumber(total) }], source);
    }
    case 'raise': {
      const greatest = Math.max(change.to, ...state.versions.map(numberOf));
      return write(state, NOTHING_SEEN, everything, [{ value: encodeNumber(greatest) }], source);
    }
    case 'put-field': {
      const { field, contentType, value } = change;
      return write(state, NOTHING_SEEN, (version) => equalBytes(version.field, field), [{ field, contentType, value }], source);
    }
    case 'delete-field':
      return write(state, NOTHING_SEEN, (version) => equalBytes(version.field, change.field), [], source);
  }
}

/** The timestamp is the least that is later than all that the replica and the writer know of. */
function writeRegister(state: Versions, seen: Seen, change: Change, source: DotSource): Versions {
  const timestamp = Math.max(latestTimestamp(state), seen.timestamp) + 1;
  const dot: Dot = { actor: source.actor, counter: source.nextCounter() };
  const { contentType, value } = change.kind === 'put' ? change : { contentType: '', value: NO_BYTES };
  return { clock: [dot], versions: [{ dot, timestamp, deleted: change.kind === 'delete', field: NO_BYTES, contentType, value }] };
}

function distinct(elements: readonly Uint8Array[]): readonly Uint8Array[] {
  return [...new Map(elements.map((element) => [textOf(element), element])).values()];
}

/** Whether a version is that of one of the elements. */
function isAnyOf(elements: readonly Uint8Array[]): (version: Version) => boolean {
  const texts = new Set(elements.map(textOf));
  return (version) => texts.has(textOf(version.field));
}

/** Bytes as a key of a Map: one character each. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Merge two replicas' states under a policy: commutative, associative, idempotent. */
export function mergeBy(policy: Policy, a: Versions, b: Versions): Versions {
  if (policy === 'register') return laterRegister(a, b);
  const merged = merge(a, b);
  if (policy !== 'latest' || merged.versions.length < 2) return merged;
  return { clock: merged.clock, versions: [merged.versions.reduce(laterOf)] };
}

function laterRegister(a: Versions, b: Versions): Versions {
  const [x, y] = [a.versions[0], b.versions[0]];
  if (x === undefined || y === undefined) return x === undefined ? b : a;
  return laterOf(x, y) === x ? a : b;
}

function laterOf(a: Version, b: Version): Version {
  return (a.timestamp - b.timestamp || compareDots(a.dot, b.dot)) > 0 ? a : b;
}

/** Of each field, the version that a reader of a map takes. */
export function latestPerField(versions: readonly Version[]): readonly Version[] {
  const latest = new Map<string, Version>();
  for (const version of versions) {
    const field = textOf(version.field);
    const other = latest.get(field);
    latest.set(field, other === undefined ? version : laterOf(other, version));
  }
  return [...latest.values()];
}

/** Numbers of counters and maxima: 8 bytes, IEEE 754, big-endian. */
export function encodeNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

/** @throws RangeError if the version holds no number. */
export function numberOf(version: Version): number {
  const { value } = version;
  if (value.length !== 8) throw new RangeError(`a number takes 8 bytes, not ${value.length}`);
  return new DataView(value.buffer, value.byteOffset, 8).getFloat64(0);
}
