/**
 * The versions of a backup, as writes of the restore's own.
 *
 * Intuition: a restore is an actor like a node. Each version becomes a write of it under a dot that nobody had, whose writer had seen all
 * that the backup had seen of the key: so it supersedes what the backed-up versions superseded, and those themselves where they are
 * still there, and nothing that was written since. Which dot a version gets is decided by its place in the backup alone, so a
 * restore that is repeated or resumed writes the same dots with the same values again, which changes nothing.
 *
 * Timestamps all move by as much: so far that the latest is that of the restore, and each is later than what it supersedes; which of two is
 * the later one stays as it was.
 *
 * Invariants: no dot of the state is used again; a reader sees the same values.
 */
import type { Actor } from './dot.ts';
import { join } from './version-vector.ts';
import { latestTimestamp, type Version, type Versions } from './versions.ts';

/** @param first - the restore's counter for the first version; the others have the next ones. */
export function restoredVersions(state: Versions, actor: Actor, first: number, timeMs: number): Versions {
  const later = Math.max(1, timeMs - latestTimestamp(state));
  const versions = state.versions.map(
    (version, index): Version => ({ ...version, dot: { actor, counter: first + index }, timestamp: version.timestamp + later }),
  );
  const dots = versions.map(({ dot }) => dot);
  return { clock: join(state.clock, dots.slice(-1)), versions };
}
