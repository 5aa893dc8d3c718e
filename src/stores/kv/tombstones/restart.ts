/**
 * A member that starts with what it had. The others may have gone on without it (a copy of its disk was put back, or it was removed meanwhile), and
 * what it has of a key may have been deleted and forgotten: so it asks before it answers from its disk, and reads through it wait as long. What
 * it is asked by others they judge themselves: each answer says in which era it was read.
 *
 * If nobody answers soon it answers from its disk all the same: a store that is always readable does not wait for longer.
 * See docs/decisions/0083.
 */
import { type Era, isTooOld } from '../../../protocols/tombstone-collection/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { ASKED, askEra } from './ask-era.ts';
import { holdsAnything } from './holds-anything.ts';

/** Until those who were not up yet are asked. */
const STEP_MS = 50;
/** Ten times: a member that is up answers within some milliseconds. */
const STEPS = 10;

export class Restart {
  readonly #parts: ServiceParts;
  readonly #onMissed: (era: Era) => void;
  readonly #asked = new Set<string>();
  #steps = 0;
  #timer: Timer | undefined;

  /** @param onMissed - the others are in that era, and have been in one before without this node. */
  constructor(parts: ServiceParts, onMissed: (era: Era) => void) {
    this.#parts = parts;
    this.#onMissed = onMissed;
  }

  begin(): void {
    const { membership, replica, topology } = this.#parts;
    if (!membership.isMember || !holdsAnything(this.#parts)) return;
    // In a large cluster only those that share keys with this node have been dialled.
    for (const name of [...membership.addresses.keys()].slice(0, ASKED)) topology.reach(name);
    if (this.#dialled.length === 0) return;
    replica.eras.becomeUnsure();
    this.#step();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** An embedded node has dialled nobody. */
  get #dialled(): readonly string[] {
    const { membership, topology } = this.#parts;
    return [...membership.addresses.keys()].filter((name) => topology.target(name)?.peer !== undefined);
  }

  #step(): void {
    const { replica, topology, world } = this.#parts;
    if (!replica.eras.isUnsure) return;
    if (this.#steps++ === STEPS) {
      this.#end();
      return;
    }
    for (const name of this.#dialled) {
      if (this.#asked.size === ASKED) break;
      if (this.#asked.has(name) || topology.target(name)?.peer?.isUp !== true) continue;
      this.#asked.add(name);
      askEra(this.#parts, name, undefined, (era) => this.#onAnswer(era));
    }
    this.#timer = world.timers.after(STEP_MS, () => this.#step());
  }

  #onAnswer(era: Era): void {
    const { eras } = this.#parts.replica;
    if (!eras.isUnsure) return;
    // It enters none by this: eras that it is to take part in, somebody leads it into.
    if (isTooOld(era, eras.current)) this.#onMissed(era);
    this.#end();
  }

  #end(): void {
    this.#timer?.cancel();
    this.#parts.replica.eras.becomeSure();
  }
}
