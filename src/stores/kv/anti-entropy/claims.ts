/**
 * Which trees are being exchanged just now, and with whom. A node that comes back after a while is found to lack the same records by all who have them,
 * itself among them: one of them at a time brings the records of a tree, the others go on to other trees.
 *
 * It saves work and decides nothing: who does not know of an exchange, or takes it for over, makes another one.
 */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import type { Clock, Instant } from '../../../runtime/world/index.ts';
import { type TreeId, treeId } from './tree-layout.ts';

/** Of whoever does not say that it is through: longer than between two steps, as long as nothing is slow. */
const PATIENCE_MS = 1_000;

interface Claim {
  readonly by: object;
  readonly until: Instant;
}

export class Claims {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #claims = new Map<TreeId, Claim>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** @param by - an exchange of this node, or the link of another one. @returns whether someone else has it. */
  isTaken(name: TreeName, by?: object): boolean {
    const claim = this.#claims.get(treeId(name));
    return claim !== undefined && claim.by !== by && this.#clock.now() < claim.until;
  }

  /** Has no effect on one that someone else has. */
  take(name: TreeName, by: object): void {
    if (!this.isTaken(name, by)) this.#claims.set(treeId(name), { by, until: this.#clock.now() + PATIENCE_MS });
  }

  release(name: TreeName, by: object): void {
    if (this.#claims.get(treeId(name))?.by === by) this.#claims.delete(treeId(name));
  }
}
