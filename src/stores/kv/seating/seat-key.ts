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
 *
 * That this node has passed a seat on lies under `kv/gone` with N and partition, 1 and 2 bytes; the value is the place, 1 byte. Even if it shall
 * have the partition again, it answers nothing of it until it holds a seat: those who think that it never passed it on would take what it
 * has by then for all there is.
 */
import { isNodeName } from '../../../protocols/ring/index.ts';
import type { Seat } from '../../../protocols/transfer/index.ts';
import { MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation } from '../../../runtime/world/index.ts';

const PREFIX = Uint8Array.from([0x00, ...Buffer.from('kv/seat')]);
const GONE_PREFIX = Uint8Array.from([0x00, ...Buffer.from('kv/gone')]);
const GONE_END = Uint8Array.from([0x00, ...Buffer.from('kv/gonf')]);
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

/** A seat that this node had. */
export interface Passage {
  readonly n: number;
  readonly partition: number;
  readonly place: number;
}

export function storedPassage({ n, partition, place }: Passage): Operation {
  return { key: new Writer(16).bytes(GONE_PREFIX).u8(n).u16(partition).copy(), value: Uint8Array.of(place) };
}

/** @throws MalformedBytes */
export function loadPassages(engine: Engine): Passage[] {
  return [...engine.range({ from: GONE_PREFIX, to: GONE_END })].map(({ key, value }) => {
    const reader = new Reader(key.slice(GONE_PREFIX.length));
    return { n: reader.u8(), partition: reader.u16(), place: new Reader(value).u8() };
  });
}

/** @throws MalformedBytes */
export function loadSeats(engine: Engine): PlacedSeat[] {
  return [...engine.range({ from: PREFIX, to: END })].map(({ key, value }) =>
    readSeat(new Reader(new Writer(64).bytes(key.subarray(PREFIX.length)).bytes(value).copy())),
  );
}
