/** Which reads returned something that was already superseded in their own causal past. */
import type { Operation } from '../history.ts';
import type { CausalOrder } from './causal-order.ts';
import type { Access, Sessions } from './sessions.ts';

export interface StaleRead {
  readonly read: Access;
  /** What it read; `undefined`: nothing, or of siblings: not the newer one. */
  readonly source: Access | undefined;
  /** A write of the same key that is after the source and in the read's past. */
  readonly newer: Access;
}

/** Each session's writes to a key, in order; deletions too. */
export type WritesByKey = Map<Operation['key'], (readonly Access[])[]>;

export function writesByKey({ sessions }: Sessions): WritesByKey {
  const keys: Map<Operation['key'], Access[][]> = new Map();
  for (const session of sessions) {
    const own = new Map<Operation['key'], Access[]>();
    for (const access of session) {
      if (!access.writes) continue;
      const those = own.get(access.key);
      if (those === undefined) own.set(access.key, [access]);
      else those.push(access);
    }
    for (const [key, those] of own) keys.set(key, [...(keys.get(key) ?? []), those]);
  }
  return keys;
}

/** The last write of each session that is in the past of an access. */
export function lastKnownWrites(access: Access, writes: WritesByKey, order: CausalOrder): Access[] {
  return (writes.get(access.key) ?? []).flatMap(
    (session) => lastBefore(session, order.known(access, session[0]?.session ?? 0)) ?? [],
  );
}

/** The last of a session's writes whose place is below a number. */
export function lastBefore(session: readonly Access[], place: number): Access | undefined {
  let [low, high] = [0, session.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((session[middle]?.place ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return session[low - 1];
}

/**
 * Bouajjani, Enea, Guerraoui & Hamza ("On verifying causal consistency", POPL 2017, table 3): WriteCORead and WriteCOInitRead. It is
 * enough to look at the last write of each session that the read knows: if an earlier one is newer than the source, so is that one.
 *
 * Siblings are another matter: they are stale if a write that nothing in the read's past supersedes is not among them.
 */
export function staleReads(sessions: Sessions, order: CausalOrder): StaleRead[] {
  const writes = writesByKey(sessions);
  return sessions.accesses.flatMap((read) => {
    if (!read.reads || read.thinAir.length > 0) return [];
    const known = lastKnownWrites(read, writes, order);
    if (read.siblings) return missingSiblings(read, known, order);
    const [source] = read.sources;
    const newer = source === undefined ? newerThanNothing(read, known, writes, order) : newerThan(source, known, order);
    return newer === undefined ? [] : [{ read, source, newer }];
  });
}

/** A deletion first: that what it removed comes back is the worse news. */
function newerThan(source: Access, known: readonly Access[], order: CausalOrder): Access | undefined {
  const newer = known.filter((write) => write !== source && order.precedes(source, write));
  return newer.find(({ deletes }) => deletes) ?? newer[0];
}

/** A read of `null` is right if a deletion that may have come last explains it. */
function newerThanNothing(read: Access, known: readonly Access[], writes: WritesByKey, order: CausalOrder): Access | undefined {
  const newer = known.filter(({ deletes }) => !deletes);
  for (const session of writes.get(read.key) ?? []) {
    for (const deletion of session) {
      if (!deletion.deletes || order.precedes(read, deletion)) continue;
      if (newerThan(deletion, newer, order) === undefined) return undefined;
    }
  }
  return newer[0];
}

function missingSiblings(read: Access, known: readonly Access[], order: CausalOrder): StaleRead[] {
  const isLast = (write: Access): boolean => !known.some((other) => other !== write && order.precedes(write, other));
  const missing = known.filter((write) => !write.deletes && !read.sources.includes(write) && isLast(write));
  return missing.map((newer) => ({ read, source: undefined, newer }));
}
