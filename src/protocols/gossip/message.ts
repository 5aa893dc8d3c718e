/**
 * What two nodes say to each other in a round of gossip. Numbers are big-endian.
 *
 * | message | fields | bytes |
 * |---|---|---|
 * | digest | whole history: length, fingerprint | 2 + 6 |
 * | | digest of what is held of the nodes | 4 |
 * | | partitions of the ring | 4 |
 * | same | none | 0 |
 * | outline | number of beginnings; per beginning: length, fingerprint | 1 + 8 each |
 * | | opinions, as probes carry updates | 1+ |
 * | offer | beginning shared: length, fingerprint | 8 |
 * | | changes behind it, as a history has them | 2+ |
 * | | opinions | 1+ |
 * | missing | changes | 2+ |
 */
import { MalformedBytes, type Reader, type Writer } from '../../runtime/bytes/index.ts';
import { OPINIONS_MAXIMUM, readUpdates, type Update, writeUpdates } from '../failure-detection/index.ts';
import { type Change, readChanges, writeChanges } from '../membership/index.ts';
import type { Beginning } from './outline.ts';

export interface Digest {
  readonly whole: Beginning;
  readonly opinions: number;
  /** The same in the whole cluster: without that, one history means two rings. */
  readonly partitions: number;
}

export interface Outline {
  readonly beginnings: readonly Beginning[];
  readonly opinions: readonly Update[];
}

export interface Offer {
  /** Both have it, as far as the one who offers knows. */
  readonly shared: Beginning;
  /** All that the one who offers has behind it. */
  readonly changes: readonly Change[];
  readonly opinions: readonly Update[];
}

export interface Missing {
  readonly changes: readonly Change[];
}

/** Of lengths up to 65,535: that itself, and back by each power of two. */
const BEGINNINGS_MAXIMUM = 18;

export function writeDigest(writer: Writer, { whole, opinions, partitions }: Digest): void {
  writeBeginning(writer, whole);
  writer.u32(opinions).u32(partitions);
}

/** @throws MalformedBytes */
export function readDigest(reader: Reader): Digest {
  const digest = { whole: readBeginning(reader), opinions: reader.u32(), partitions: reader.u32() };
  reader.expectEnd();
  return digest;
}

export function writeOutline(writer: Writer, { beginnings, opinions }: Outline): void {
  writer.u8(beginnings.length);
  for (const beginning of beginnings) writeBeginning(writer, beginning);
  writeUpdates(writer, opinions);
}

/** @throws MalformedBytes */
export function readOutline(reader: Reader): Outline {
  const count = reader.u8();
  if (count > BEGINNINGS_MAXIMUM) throw new MalformedBytes(`${count} beginnings, more than ${BEGINNINGS_MAXIMUM}`);
  const beginnings = Array.from({ length: count }, () => readBeginning(reader));
  const opinions = readUpdates(reader, OPINIONS_MAXIMUM);
  reader.expectEnd();
  return { beginnings, opinions };
}

export function writeOffer(writer: Writer, { shared, changes, opinions }: Offer): void {
  writeBeginning(writer, shared);
  writeChanges(writer, changes);
  writeUpdates(writer, opinions);
}

/** @throws MalformedBytes */
export function readOffer(reader: Reader): Offer {
  const shared = readBeginning(reader);
  const changes = readChanges(reader);
  const opinions = readUpdates(reader, OPINIONS_MAXIMUM);
  reader.expectEnd();
  return { shared, changes, opinions };
}

export function writeMissing(writer: Writer, { changes }: Missing): void {
  writeChanges(writer, changes);
}

/** @throws MalformedBytes */
export function readMissing(reader: Reader): Missing {
  const changes = readChanges(reader);
  reader.expectEnd();
  return { changes };
}

function writeBeginning(writer: Writer, { length, fingerprint }: Beginning): void {
  writer.u16(length).u48(fingerprint);
}

function readBeginning(reader: Reader): Beginning {
  return { length: reader.u16(), fingerprint: reader.u48() };
}
