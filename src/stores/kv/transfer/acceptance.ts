/**
 * The last step before a seat is passed on: its new holder says, durably, that it will hold it, that all it was sent is still there, and what
 * it may answer for of its registers. From then on it keeps what it has until it knows whose the seat is.
 */
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Link } from '../../../runtime/world/index.ts';
import { readPledges, readSeats, writePledges, writeSeats } from '../register-seats/index.ts';
import { type PlacedSeat, readSeat, writeSeat } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND } from './frames.ts';
import type { Receipts } from './receipts.ts';

const PATIENCE_MS = 1_000;

/** @param receipt - of the walk that has found everything there. @param done - is called once */
export function askAcceptance(
  { topology, registerSeats, seating, world, configuration }: ServiceParts,
  placed: PlacedSeat,
  receipt: number,
  done: (isAccepted: boolean) => void,
): void {
  const { n, partition, place, seat } = placed;
  const peer = topology.reach(seat.holder)?.peer;
  let isOver = false;
  const finish = (isAccepted: boolean): void => {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    // The seat may have been taken from this node meanwhile.
    const own = seating.seats(n, partition)[place];
    done(isAccepted && own?.holder === configuration.nodeName && own.version === seat.version - 1);
  };
  const timer = world.timers.after(PATIENCE_MS, () => finish(false));
  if (peer === undefined) {
    finish(false);
    return;
  }
  peer.request(
    TRANSFER_KIND.accept,
    (writer) => {
      writeSeat(writer, placed);
      writer.u8(registerSeats.isFit(n, partition, place) ? 1 : 0).u32(receipt);
      writePledges(writeSeats(writer, registerSeats.view(n, partition).seats), registerSeats.standing(n, partition).pledged);
    },
    (kind, body) => finish(kind === (TRANSFER_KIND.accept | 0x80) && body.u8() === 1),
    () => finish(false),
  );
}

export function onAcceptance(
  parts: ServiceParts,
  receipts: Receipts,
  isWelcome: (n: number, partition: number) => boolean,
  accepted: (placed: PlacedSeat) => void,
  link: Link,
  correlation: number,
  body: Reader,
): void {
  const { registerSeats, seating, configuration, world } = parts;
  const placed = readSeat(body);
  const { n, partition, place, seat } = placed;
  const [isFit, receipt] = [body.u8() === 1, body.u32()];
  const [seats, pledged] = [readSeats(body, n), readPledges(body, n)];
  if (seat.holder !== configuration.nodeName || partition >= configuration.partitions)
    throw new MalformedBytes('a seat of another node');
  const answer = (isAccepted: boolean): void => {
    link.begin(TRANSFER_KIND.accept | 0x80, correlation).u8(isAccepted ? 1 : 0);
    link.commit();
  };
  const isStillHere = isWelcome(n, partition) && !receipts.isDropping(n, partition) && receipt === receipts.current(n, partition);
  if (!isStillHere || !seating.ns.includes(n)) {
    answer(false);
    return;
  }
  registerSeats.learn(n, partition, seats);
  if (!registerSeats.mayHold(n, partition, place)) {
    answer(false);
    return;
  }
  registerSeats.accept(placed, isFit, pledged, (error) => {
    if (error === undefined) answer(true);
    else world.log.error('that a seat was accepted could not be stored', { error: error.message });
  });
  accepted(placed);
}
