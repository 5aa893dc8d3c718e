/** Whom an operation on a register asks: the holders of the seats of its partition. */
import type { CoordinatorParts, Target, Topology } from '../coordinator/index.ts';
import type { RegisterSeats, SeatsView } from '../register-seats/index.ts';

export interface AtomicParts extends CoordinatorParts {
  readonly registerSeats: RegisterSeats;
}

/** A seat, and how its holder is reached; `undefined`: not at all. */
export interface Home {
  readonly place: number;
  readonly name: string;
  readonly target: Target | undefined;
}

/** That of this node first, so that the others can be asked whether they have the same as it has. */
export function homesOf({ seats }: SeatsView, topology: Topology): readonly Home[] {
  const homes = seats.map(({ holder }, place) => {
    return { place, name: holder, target: holder === '' ? undefined : topology.reach(holder) };
  });
  const own = homes.findIndex(({ name }) => name === topology.nodeName);
  return own <= 0 ? homes : [homes[own] as Home, ...homes.slice(0, own), ...homes.slice(own + 1)];
}
