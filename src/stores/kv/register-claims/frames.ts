/**
 * Frames by which nodes become fit for seats of registers.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | claim | disk 6; per seat: N 1, partition 2, place 1, version 6 | disk 6; per seat, in the same order: see below; when what was granted is durable |
 * | page | bucket 1+, partition 2, place 1, version 6, key to go on behind (the rest; empty for none) | more 1; per record: storage key 2+, checked record 4+ |
 *
 * Of a seat that was claimed the answer has: granted 1, whether there are no registers here 1, how many of the seats of the partition the answering node
 * holds 1, of each the place 1 and whether it is fit for it 1; then all seats and pledges as in `register-seats/seats-bytes.ts`.
 */
import type { Pledge } from '../../../protocols/register-seats/index.ts';
import type { Seats } from '../../../protocols/transfer/index.ts';
import type { Reader, Writer } from '../../../runtime/bytes/index.ts';
import { readPledges, readSeats, writePledges, writeSeats } from '../register-seats/index.ts';

export const REGISTER_SEATS_KIND = { claim: 0x63, page: 0x65 } as const;

/** A seat that is claimed. */
export interface ClaimedSeat {
  readonly n: number;
  readonly partition: number;
  readonly place: number;
  readonly version: number;
}

export function writeClaimed(writer: Writer, { n, partition, place, version }: ClaimedSeat): void {
  writer.u8(n).u16(partition).u8(place).u48(version);
}

/** @throws MalformedBytes */
export function readClaimed(reader: Reader): ClaimedSeat {
  return { n: reader.u8(), partition: reader.u16(), place: reader.u8(), version: reader.u48() };
}

export interface ClaimAnswer {
  readonly isGranted: boolean;
  readonly isEmpty: boolean;
  /** Seats of the answering node. */
  readonly own: readonly { readonly place: number; readonly isFit: boolean }[];
  readonly seats: Seats;
  readonly pledged: readonly (Pledge | undefined)[];
}

export function writeClaimAnswer(writer: Writer, { isGranted, isEmpty, own, seats, pledged }: ClaimAnswer): void {
  writer
    .u8(isGranted ? 1 : 0)
    .u8(isEmpty ? 1 : 0)
    .u8(own.length);
  for (const { place, isFit } of own) writer.u8(place).u8(isFit ? 1 : 0);
  writePledges(writeSeats(writer, seats), pledged);
}

/** @throws MalformedBytes */
export function readClaimAnswer(reader: Reader, n: number): ClaimAnswer {
  const [isGranted, isEmpty] = [reader.u8() === 1, reader.u8() === 1];
  const own = Array.from({ length: reader.u8() }, () => ({ place: reader.u8(), isFit: reader.u8() === 1 }));
  return { isGranted, isEmpty, own, seats: readSeats(reader, n), pledged: readPledges(reader, n) };
}
