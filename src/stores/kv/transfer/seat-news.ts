/** Who is told of seats that have changed hands: the new holder until it has answered, all others once, and the rest by gossip. */
import type { PlacedSeat } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND, writeSeats } from './frames.ts';
import type { Errand } from './outgoing.ts';

/** @param known - is called when the new holder knows it durably */
export function tellSeats(
  { seating, topology }: ServiceParts,
  { n, partition, to }: Pick<Errand, 'n' | 'partition' | 'to'>,
  known: () => void,
): void {
  const seats = seating.seats(n, partition).map((seat, place) => ({ n, partition, place, seat }));
  topology.reach(to)?.peer?.request(
    TRANSFER_KIND.seats,
    (writer) =>
      writeSeats(
        writer,
        seats.filter(({ seat }) => seat.version > 0),
      ),
    (kind) => {
      if (kind === (TRANSFER_KIND.seats | 0x80)) known();
    },
    () => {},
  );
}

export function announceSeats({ topology, peers }: ServiceParts, seats: readonly PlacedSeat[]): void {
  for (const { name } of topology.ring.nodes) peers.get(name)?.send(TRANSFER_KIND.seats, (writer) => writeSeats(writer, seats));
}
