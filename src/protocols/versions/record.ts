/**
 * The canonical encoding of {@link Versions}: equal states have equal bytes, and two states with equal clock sections are equal,
 * since dots determine values. So replicas compare a few bytes instead of values, and most reads decode nothing.
 *
 * | field | bytes | meaning |
 * |---|---|---|
 * | format | 1 | 1 |
 * | record flags | 1 | 1: a version expires |
 * | clock length | 4 | of the clock section |
 * | clock section | | version vector, then the dots of the versions: each a 2-byte count and 12 bytes per entry |
 * | versions | | per dot, in order: flags 1, timestamp 6, content type 1+, [field 2+], [expires at 6], value 4+ |
 */
import { MalformedBytes, Reader, type Writer } from '../../runtime/bytes/index.ts';
import type { Dot } from './dot.ts';
import { covers, DOT_BYTES, decodeDots, decodeVector, encodeDots } from './version-vector.ts';
import type { Version, Versions } from './versions.ts';

const FORMAT = 1;
const HEADER_BYTES = 6;
const FLAG_DELETED = 1;
const FLAG_FIELD = 2;
const FLAG_EXPIRES = 4;
/** Of the whole record: so that whoever must look for expired versions need not decode those that have none. */
const RECORD_EXPIRES = 1;
/** Of the dots of a vector, and of the versions. */
const COUNT_BYTES = 2;
const NO_BYTES = new Uint8Array(0);

export function encodeRecord(writer: Writer, state: Versions): void {
  writer.u8(FORMAT).u8(state.versions.some(expires) ? RECORD_EXPIRES : 0);
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
  const { expiresAt } = version;
  writer.u8((version.deleted ? FLAG_DELETED : 0) | (hasField ? FLAG_FIELD : 0) | (expiresAt === undefined ? 0 : FLAG_EXPIRES));
  writer.u48(version.timestamp).ascii(version.contentType);
  if (hasField) writer.bytes16(version.field);
  if (expiresAt !== undefined) writer.u48(expiresAt);
  writer.bytes32(version.value);
}

function expires({ expiresAt }: Version): boolean {
  return expiresAt !== undefined;
}

/**
 * Whether a version of the record expires, or has.
 * @param at - where in `record` the record begins.
 */
export function mayExpire(record: Uint8Array, at = 0): boolean {
  return record[at + 1] === RECORD_EXPIRES;
}

/** The values are views into `record`. @throws MalformedBytes */
export function decodeRecord(record: Uint8Array): Versions {
  const reader = new Reader(record);
  const { flags, clockLength } = readHeader(reader);
  const clockEnd = clockLength + HEADER_BYTES;
  const clock = decodeVector(reader);
  const dots = decodeDots(reader);
  if (reader.offset !== clockEnd) throw new MalformedBytes('the clock section has another length than announced');
  const versions = dots.map((dot) => decodeVersion(reader, dot));
  reader.expectEnd();
  if (versions.some(expires) !== (flags === RECORD_EXPIRES)) throw new MalformedBytes('the record flags are wrong');
  for (const { dot } of versions) if (!covers(clock, dot)) throw new MalformedBytes('a version lies outside its own clock');
  return { clock, versions };
}

function readHeader(reader: Reader): { readonly flags: number; readonly clockLength: number } {
  const format = reader.u8();
  if (format !== FORMAT) throw new MalformedBytes(`record format ${format}, not ${FORMAT}`);
  const flags = reader.u8();
  if (flags > RECORD_EXPIRES) throw new MalformedBytes(`unknown record flags ${flags}`);
  return { flags, clockLength: reader.u32() };
}

function decodeVersion(reader: Reader, dot: Dot): Version {
  const flags = reader.u8();
  if (flags > (FLAG_DELETED | FLAG_FIELD | FLAG_EXPIRES)) throw new MalformedBytes(`unknown flags ${flags}`);
  const timestamp = reader.u48();
  const contentType = reader.ascii();
  const field = flags & FLAG_FIELD ? reader.bytes16() : NO_BYTES;
  const expiresAt = flags & FLAG_EXPIRES ? reader.u48() : undefined;
  return { dot, timestamp, deleted: (flags & FLAG_DELETED) !== 0, field, contentType, value: reader.bytes32(), expiresAt };
}

/** The part of a record that identifies the state. A view. @throws MalformedBytes */
export function clockSection(record: Uint8Array): Uint8Array {
  return record.subarray(HEADER_BYTES, sectionEnd(record, 0));
}

/**
 * Whether the record is of exactly the state that the clock section is from.
 * @param at - where in `record` the record begins.
 * @throws MalformedBytes
 */
export function isOfState(record: Uint8Array, section: Uint8Array, at = 0): boolean {
  const end = sectionEnd(record, at);
  if (end - at - HEADER_BYTES !== section.length) return false;
  return equalRuns(record, at + HEADER_BYTES, section, 0, section.length);
}

/** Whether two records are of the same state. @throws MalformedBytes */
export function isSameState(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  const end = sectionEnd(a, 0);
  return end === sectionEnd(b, 0) && equalRuns(a, HEADER_BYTES, b, HEADER_BYTES, end - HEADER_BYTES);
}

/**
 * Whether nothing can be read of it: without decoding it, since every write comes through here.
 * @param at - where in `record` the record begins.
 * @returns whether it has no version, or a single one that is a deletion.
 * @throws MalformedBytes
 */
export function isTombstoneRecord(record: Uint8Array, at = 0): boolean {
  const end = sectionEnd(record, at);
  const versionsAt = at + HEADER_BYTES + COUNT_BYTES + DOT_BYTES * countAt(record, at + HEADER_BYTES);
  if (versionsAt + COUNT_BYTES > end) throw new MalformedBytes('a clock section without its end');
  const versions = countAt(record, versionsAt);
  return versions === 0 || (versions === 1 && ((record[end] as number) & FLAG_DELETED) !== 0);
}

function countAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Where the clock section ends of the record that begins at `at`. By hand and without views: every read comes through here. */
function sectionEnd(record: Uint8Array, at: number): number {
  if (record.length < at + HEADER_BYTES) throw new MalformedBytes(`a record of ${record.length - at} bytes`);
  if (record[at] !== FORMAT) throw new MalformedBytes(`record format ${record[at]}, not ${FORMAT}`);
  if ((record[at + 1] as number) > RECORD_EXPIRES) throw new MalformedBytes(`unknown record flags ${record[at + 1]}`);
  const length =
    (record[at + 2] as number) * 0x100_0000 +
    (((record[at + 3] as number) << 16) | ((record[at + 4] as number) << 8) | (record[at + 5] as number));
  const end = at + HEADER_BYTES + length;
  if (end > record.length) throw new MalformedBytes(`a clock section of ${length} bytes in a record of ${record.length - at}`);
  return end;
}

function equalRuns(a: Uint8Array, fromA: number, b: Uint8Array, fromB: number, length: number): boolean {
  for (let index = 0; index < length; index++) if (a[fromA + index] !== b[fromB + index]) return false;
  return true;
}
