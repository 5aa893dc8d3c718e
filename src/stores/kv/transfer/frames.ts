/**
 * Frames of a ring that changes.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | offer | N 1, partition 2; per record: storage key 2+, clock section 4+ | receipt 4; which of them are wanted, a byte each, once what is not wanted is durable; an error where nothing is taken in |
 * | record | as a write of a replica | `replicaStored`, when it is durable: in a slice of background work |
 * | fresh | the same, of a write that somebody waits for | the same, at once |
 * | seats | seats, see `seat-key.ts` | nothing, when they are durable |
 * | complete | N 1, partition 2: the sender has given all that it has | nothing |
 * | let go | N 1, partition 2 | 1: as far as this holder is concerned the sender may let go of its records; else 0 |
 * | accept | seat; whether its registers are all there 1; receipt 4; seats and pledges, see `register-seats/seats-bytes.ts` | 1 for yes 1, when it is durable |
 * | summary | digest of the table 4, orders 6, paused 1 | orders 6, paused 1, and all seats if the digests differ |
 */
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import { type PlacedSeat, readSeat, writeSeat } from '../seating/index.ts';

export const TRANSFER_KIND = {
  offer: 0x30,
  record: 0x31,
  seats: 0x32,
  complete: 0x33,
  summary: 0x34,
  fresh: 0x35,
  letGo: 0x36,
  accept: 0x37,
} as const;

/** Orders to all nodes: the one with the higher number counts. */
export interface Orders {
  readonly number: number;
  readonly isPaused: boolean;
}

export function writeSeats(writer: Writer, seats: readonly PlacedSeat[]): void {
  for (const seat of seats) writeSeat(writer, seat);
}

/** @throws MalformedBytes */
export function readSeats(reader: Reader): PlacedSeat[] {
  const seats: PlacedSeat[] = [];
  while (reader.remaining > 0) seats.push(readSeat(reader));
  return seats;
}

export function writeOrders(writer: Writer, { number, isPaused }: Orders): void {
  writer.u48(number).u8(isPaused ? 1 : 0);
}

/** @throws MalformedBytes */
export function readOrders(reader: Reader): Orders {
  const number = reader.u48();
  const paused = reader.u8();
  if (paused > 1) throw new MalformedBytes(`paused is ${paused}`);
  return { number, isPaused: paused === 1 };
}
