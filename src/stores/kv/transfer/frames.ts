/**
 * Frames of a ring that changes.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | offer | N 1, partition 2; per record: storage key 2+, clock section 4+ | receipt 4; which of them are wanted, a byte each, once what is not wanted is durable; an error where nothing is taken in |
 * | records | era in which they were read 6; per record: policy 1, storage key 2+, checked record 4+ | `replicaStored`, when all are durable: in slices of background work |
 * | fresh | as a write of a replica, that somebody waits for | `replicaStored`, when it is durable, at once |
 * | seats | seats, see `seat-key.ts` | nothing, when they are durable |
 * | complete | N 1, partition 2, receipt 4: the sender has given all that it has | 1 if that counts, 0 if it is to look again 1 |
 * | accept | seat; whether its registers are all there 1; receipt 4; seats and pledges, see `register-seats/seats-bytes.ts` | 1 for yes 1, when it is durable |
 * | doubt | seat that the sender has accepted; seats, see `register-seats/seats-bytes.ts` | whether the acceptance is void 1; seats |
 * | summary | digest of the table 4, orders 6, paused 1 | orders 6, paused 1, and all seats if the digests differ |
 */
import { POLICIES, type Policy } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import type { FrameKind } from '../../../runtime/world/index.ts';
import { decodeError, KIND } from '../messages/index.ts';
import { type PlacedSeat, readSeat, writeSeat } from '../seating/index.ts';

export const TRANSFER_KIND = {
  offer: 0x30,
  records: 0x31,
  seats: 0x32,
  complete: 0x33,
  summary: 0x34,
  fresh: 0x35,
  accept: 0x37,
  doubt: 0x38,
} as const;

/** Of a frame of several. */
export interface MovedRecord {
  readonly policy: Policy;
  readonly storageKey: Uint8Array;
  readonly checkedRecord: Uint8Array;
}

export function writeRecord(writer: Writer, { policy, storageKey, checkedRecord }: MovedRecord): void {
  writer.u8(POLICIES.indexOf(policy)).bytes16(storageKey).bytes32(checkedRecord);
}

/** The bytes inside are views. @throws MalformedBytes */
export function readRecords(reader: Reader): MovedRecord[] {
  const records: MovedRecord[] = [];
  while (reader.remaining > 0) {
    const policy = POLICIES[reader.u8()];
    if (policy === undefined) throw new MalformedBytes('unknown policy');
    records.push({ policy, storageKey: reader.bytes16(), checkedRecord: reader.bytes32() });
  }
  return records;
}

/** Whether an answer to records says that they were read too long ago: they are refused for ever. @throws MalformedBytes */
export function isTooOld(kind: FrameKind, reply: Reader): boolean {
  return kind === KIND.error && decodeError(reply).code === 'read-too-long-ago';
}

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
