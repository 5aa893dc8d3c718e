import type { Ring } from '../../../protocols/ring/index.ts';
import type { Operation } from '../../../runtime/world/index.ts';
import { type PlacedSeat, storedSeat } from './seat-key.ts';
import type { Seating } from './seating.ts';

export interface SeatsAndRing {
  readonly seating: Seating;
  readonly topology: { readonly ring: Ring; reseat(ring: Ring): void };
}

/** Seats have changed hands: requests follow at once. Durable is another matter, see {@link storedAsKnown}. */
export function takeSeats({ seating, topology }: SeatsAndRing, seats: readonly PlacedSeat[]): void {
  let news = false;
  for (const seat of seats) news = seating.take(seat) || news;
  if (!news) return;
  const ring = seating.ring();
  if (ring.version !== topology.ring.version) topology.reseat(ring);
}

/** What is to be stored of these seats is what is known of them by now, which may be later than what was told. */
export function storedAsKnown(seating: Seating, seats: readonly PlacedSeat[]): Operation[] {
  return seats.flatMap(({ n, partition, place }) => {
    const seat = seating.ns.includes(n) ? seating.seats(n, partition)[place] : undefined;
    return seat === undefined || seat.version === 0 ? [] : [storedSeat({ n, partition, place, seat })];
  });
}
