/**
 * A node that leaves keeps one of its seats until the hints that it holds are delivered.
 *
 * While a seat is to be moved the eras stand still (`stores/kv/tombstones`), and the node that leaves is in no later one: so nobody forgets a
 * deletion that is younger than one of its hints, and none of them is refused as too old. And as long as it has a seat to give, `status` does not
 * tell anyone to switch it off, with acknowledged writes on it that are nowhere else. (docs/decisions/0050.)
 */
import type { ServiceParts } from '../service-parts.ts';
import type { Errand } from './outgoing.ts';

export class LastSeat {
  readonly #parts: Pick<ServiceParts, 'seating' | 'hints' | 'topology'>;
  readonly #errands: () => readonly Errand[];

  /** @param errands - with all seats that this node has to give, in an order that stays. */
  constructor(parts: Pick<ServiceParts, 'seating' | 'hints' | 'topology'>, errands: () => readonly Errand[]) {
    this.#parts = parts;
    this.#errands = errands;
  }

  /** For whom this node has hints that keep it from leaving; none when it does not leave. */
  get waitsFor(): readonly string[] {
    const { seating, hints, topology } = this.#parts;
    if (hints.targets.size === 0 || seating.wanted.nodes.some(({ name }) => name === topology.nodeName)) return [];
    return [...hints.targets.keys()].sort();
  }

  /** Whether it is the one that is kept. */
  holdsBack({ purpose, n, partition, place }: Errand): boolean {
    if (purpose !== 'hand-over' || this.waitsFor.length === 0) return false;
    const last = this.#errands().find((errand) => errand.purpose === 'hand-over');
    return last !== undefined && last.n === n && last.partition === partition && last.place === place;
  }
}
