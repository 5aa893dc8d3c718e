/**
 * Where a seat that has ever changed hands lies in the engine: each under a key of its own, so that what is told of one cannot undo what
 * was decided of another.
 *
 * | field | bytes |
 * |---|---|
 * | space: 0x00, meta; `kv/seat` | 8 |
 * | N, partition, place | 1, 2, 1 |
 *
 * The value, and a seat in a frame after the last three fields: version 6, holder 1+.
 */
import { isNodeName } from '../../../protocols/ring/index.ts';
import type { Seat } from '../../../protocols/transfer/index.ts';
import { MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation } from '../../../runtime/world/index.ts';

const PREFIX = Uint8Array.from([0x00, ...Buffer.from('kv/seat')]);
const END = Uint8Array.from([0x00, ...Buffer.from('kv/seau')]);

/** A seat, and which one it is. */
export interface PlacedSeat {
  readonly n: number;
  readonly partition: number;
  readonly place: number;
  readonly seat: Seat;
}

export function writeSeat(writer: Writer, { n, partition, place, seat }: PlacedSeat): void {
  writer.u8(n).u16(partition).u8(place).u48(seat.version).ascii(seat.holder);
}

/** @throws MalformedBytes */
export function readSeat(reader: Reader): PlacedSeat {
  const [n, partition, place, version, holder] = [reader.u8(), reader.u16(), reader.u8(), reader.u48(), reader.ascii()];
  if (!isNodeName(holder) || place >= n) throw new MalformedBytes('not a seat');
  return { n, partition, place, seat: { version, holder } };
}

export function storedSeat(placed: PlacedSeat): Operation {
  const { n, partition, place, seat } = placed;
  return {
    key: new Writer(16).bytes(PREFIX).u8(n).u16(partition).u8(place).copy(),
    value: new Writer(32).u48(seat.version).ascii(seat.holder).copy(),
  };
}

/** @throws MalformedBytes */
export function loadSeats(engine: Engine): PlacedSeat[] {
  return [...engine.range({ from: PREFIX, to: END })].map(({ key, value }) =>
    readSeat(new Reader(new Writer(64).bytes(key.subarray(PREFIX.length)).bytes(value).copy())),
  );
}
