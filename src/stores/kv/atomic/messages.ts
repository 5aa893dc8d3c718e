/**
 * Frames between the coordinator and the replicas of an atomic register.
 *
 * | kind | fields |
 * |---|---|
 * | query | storage key 2+, place 1, seats (see `register-seats/seats-bytes.ts`), the clock section to compare with (the rest; empty for none) |
 * | answer | flags 1 (1: durable; 2: the same as the one to compare with), checked record (the rest; empty for none, or the same) |
 * | record | storage key 2+, place 1, seats, checked record (the rest) |
 * | recorded | nothing: the version, or a later one, is durable |
 * | outdated | seats: one of them is later than what the request names |
 */
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';

export const ATOMIC_KIND = { query: 0x60, record: 0x61, answer: 0xe0, recorded: 0xe1, outdated: 0xe2 } as const;

const FLAG_DURABLE = 1;
const FLAG_SAME = 2;

/** @param seats - as the coordinator knows them, encoded */
export function encodeQuery(
  writer: Writer,
  storageKey: Uint8Array,
  place: number,
  seats: Uint8Array,
  known: Uint8Array | undefined,
): void {
  writer.bytes16(storageKey).u8(place).bytes(seats);
  if (known !== undefined) writer.bytes(known);
}

export interface Answer {
  readonly isDurable: boolean;
  readonly isSame: boolean;
  /** Empty for none, and when it is the same. */
  readonly checkedRecord: Uint8Array;
}

export function encodeAnswer(writer: Writer, { isDurable, isSame, checkedRecord }: Answer): void {
  writer.u8((isDurable ? FLAG_DURABLE : 0) | (isSame ? FLAG_SAME : 0)).bytes(checkedRecord);
}

/** The record is a view. @throws MalformedBytes */
export function decodeAnswer(reader: Reader): Answer {
  const flags = reader.u8();
  if (flags > (FLAG_DURABLE | FLAG_SAME)) throw new MalformedBytes(`unknown flags ${flags}`);
  return { isDurable: (flags & FLAG_DURABLE) !== 0, isSame: (flags & FLAG_SAME) !== 0, checkedRecord: reader.rest() };
}

export function encodeRecording(
  writer: Writer,
  storageKey: Uint8Array,
  place: number,
  seats: Uint8Array,
  checkedRecord: Uint8Array,
): void {
  writer.bytes16(storageKey).u8(place).bytes(seats).bytes(checkedRecord);
}
