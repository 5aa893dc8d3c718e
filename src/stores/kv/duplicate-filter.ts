/**
 * Drops a change that arrives twice over one link. A change is not idempotent: the second copy would be a concurrent write of
 * its own, so a value would become its own sibling. A socket delivers each frame once, but nothing else promises that (a proxy
 * that replays, the simulated world), and the check costs one array access.
 *
 * Correlation ids grow by one per request on a link, so the slot of an id holds it until 256 later ones have come.
 */
const SLOTS = 256;

export class DuplicateFilter {
  #recent: Uint32Array | undefined;

  /** Whether this is the first frame with that id; remembers it. Ids count from 1. */
  isFirst(correlation: number): boolean {
    this.#recent ??= new Uint32Array(SLOTS);
    const slot = correlation % SLOTS;
    if (this.#recent[slot] === correlation) return false;
    this.#recent[slot] = correlation;
    return true;
  }
}
