/**
 * The canonical encoding of {@link Versions}: equal states have equal bytes, and two states with equal clock sections are equal,
 * since dots determine values. So replicas compare a few bytes instead of values, and most reads decode nothing.
 *
 * | field | bytes | meaning |
 * |---|---|---|
 * | format | 1 | 1 |
 * | reserved | 1 | 0 |
 * | clock length | 4 | of the clock section |
 * | clock section | | version vector, then the dots of the versions: each a 2-byte count and 12 bytes per entry |
 * | versions | | per dot, in order: flags 1, timestamp 6, content type 1+, [field 2+], value 4+ |
 */
import { equalBytes, MalformedBytes, Reader, type Writer } from '../../runtime/bytes/index.ts';
import type { Dot } from './dot.ts';
import { covers, decodeDots, decodeVector, encodeDots } from './version-vector.ts';
import type { Version, Versions } from './versions.ts';

const FORMAT = 1;
const HEADER_BYTES = 6;
const FLAG_DELETED = 1;
const FLAG_FIELD = 2;
const NO_BYTES = new Uint8Array(0);

export function encodeRecord(writer: Writer, state: Versions): void {
  writer.u8(FORMAT).u8(0);
  const lengthAt = writer.length;
  writer.u32(0);
  encodeDots(writer, state.clock);
  encodeDots(
    writer,
    state.versions.map((version) => version.dot),
  );
  writer.setU32(lengthAt, writer.length - lengthAt - 4);
  for (const version of state.versions) encodeVersion(writer, version);
}

function encodeVersion(writer: Writer, version: Version): void {
  const hasField = version.field.length > 0;
  writer.u8((version.deleted ? FLAG_DELETED : 0) | (hasField ? FLAG_FIELD : 0));
  writer.u48(version.timestamp).ascii(version.contentType);
  if (hasField) writer.bytes16(version.field);
  writer.bytes32(version.value);
}

/** The values are views into `record`. @throws MalformedBytes */
export function decodeRecord(record: Uint8Array): Versions {
  const reader = new Reader(record);
  const clockEnd = readHeader(reader) + HEADER_BYTES;
  const clock = decodeVector(reader);
  const dots = decodeDots(reader);
  if (reader.offset !== clockEnd) throw new MalformedBytes('the clock section has another length than announced');
  const versions = dots.map((dot) => decodeVersion(reader, dot));
  reader.expectEnd();
  for (const { dot } of versions) if (!covers(clock, dot)) throw new MalformedBytes('a version lies outside its own clock');
  return { clock, versions };
}

function readHeader(reader: Reader): number {
  const format = reader.u8();
  if (format !== FORMAT) throw new MalformedBytes(`record format ${format}, not ${FORMAT}`);
  if (reader.u8() !== 0) throw new MalformedBytes('a reserved byte is not zero');
  return reader.u32();
}

function decodeVersion(reader: Reader, dot: Dot): Version {
  const flags = reader.u8();
  if (flags > (FLAG_DELETED | FLAG_FIELD)) throw new MalformedBytes(`unknown flags ${flags}`);
  const timestamp = reader.u48();
  const contentType = reader.ascii();
  const field = flags & FLAG_FIELD ? reader.bytes16() : NO_BYTES;
  return { dot, timestamp, deleted: (flags & FLAG_DELETED) !== 0, field, contentType, value: reader.bytes32() };
}

/** The part of a record that identifies the state. A view. @throws MalformedBytes */
export function clockSection(record: Uint8Array): Uint8Array {
  const reader = new Reader(record);
  return reader.bytes(readHeader(reader));
}

/** Whether the record is of exactly the state that the clock section is from. */
export function isOfState(record: Uint8Array, section: Uint8Array): boolean {
  return equalBytes(clockSection(record), section);
}
