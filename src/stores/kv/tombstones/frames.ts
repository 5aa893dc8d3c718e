/**
 * Frames of the collection of tombstones. Eras and boots are 6 bytes, a shape is text with its length.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | enter | era, since, by, shape | era, is mine 1, boot, shape |
 * | ask | era, shape, then per key: storage key 2+, checked tombstone 4+ | per key: standing 1; nothing: cannot say |
 * | drop | per key: storage key 2+, clock section 4+ | |
 * | want | | |
 * | tell | era | |
 * | which era | clock and author of the decision by which the asker left: 6, 1+; nothing: it starts, and was a member | era; nothing: cannot say |
 */
import type { ChangeId } from '../../../protocols/membership/index.ts';
import { isNodeName } from '../../../protocols/ring/index.ts';
import type { EraAnswer, EraEntry } from '../../../protocols/tombstone-collection/index.ts';
import { copyBytes, MalformedBytes, Reader, type Writer } from '../../../runtime/bytes/index.ts';

export const TOMBSTONE_KIND = { enter: 0x48, ask: 0x49, drop: 0x4a, want: 0x4b, whichEra: 0x4d } as const;
export const REPLY = 0x80;

/** Names the decision by which whoever asks left. */
export function encodeDeparture(writer: Writer, { clock, author }: ChangeId): void {
  writer.u48(clock).ascii(author);
}

/** @throws MalformedBytes */
export function decodeDeparture(reader: Reader): ChangeId {
  const [clock, author] = [reader.u48(), reader.ascii()];
  reader.expectEnd();
  if (!isNodeName(author)) throw new MalformedBytes('not the name of a node');
  return { clock, author };
}

/** What a member has of a key; of the last two it is clear. */
export const STANDINGS = [
  'has another record',
  'has none',
  'holds a hint',
  'clear: has none',
  'clear: has the tombstone',
] as const;
export type Standing = (typeof STANDINGS)[number];

export interface Tombstone {
  readonly storageKey: Uint8Array;
  readonly checked: Uint8Array;
}

export function encodeEntry(writer: Writer, { era, since, by, shape }: EraEntry): void {
  writer.u48(era).u48(since).u48(by).ascii(shape);
}

/** @throws MalformedBytes */
export function decodeEntry(reader: Reader): EraEntry {
  const entry = { era: reader.u48(), since: reader.u48(), by: reader.u48(), shape: reader.ascii() };
  reader.expectEnd();
  return entry;
}

export function encodeAnswer(writer: Writer, { era, isMine, boot, shape }: EraAnswer): void {
  writer
    .u48(era)
    .u8(isMine ? 1 : 0)
    .u48(boot)
    .ascii(shape);
}

/** @throws MalformedBytes */
export function decodeAnswer(reader: Reader): EraAnswer {
  const answer = { era: reader.u48(), isMine: reader.u8() === 1, boot: reader.u48(), shape: reader.ascii() };
  reader.expectEnd();
  return answer;
}

export interface Question {
  readonly era: number;
  readonly shape: string;
  readonly tombstones: readonly Tombstone[];
}

export function encodeQuestion(writer: Writer, { era, shape, tombstones }: Question): void {
  writer.u48(era).ascii(shape);
  for (const { storageKey, checked } of tombstones) writer.bytes16(storageKey).bytes32(checked);
}

/** The bytes are copies. @throws MalformedBytes */
export function decodeQuestion(reader: Reader): Question {
  const [era, shape] = [reader.u48(), reader.ascii()];
  const own = new Reader(copyBytes(reader.rest()));
  const tombstones: Tombstone[] = [];
  while (own.remaining > 0) tombstones.push({ storageKey: own.bytes16(), checked: own.bytes32() });
  return { era, shape, tombstones };
}

export function encodeStandings(writer: Writer, standings: readonly Standing[]): void {
  for (const standing of standings) writer.u8(STANDINGS.indexOf(standing));
}

/** @throws MalformedBytes */
export function decodeStandings(reader: Reader): Standing[] {
  const standings: Standing[] = [];
  while (reader.remaining > 0) {
    const code = reader.u8();
    const standing = STANDINGS[code];
    if (standing === undefined) throw new MalformedBytes(`unknown standing ${code}`);
    standings.push(standing);
  }
  return standings;
}

export interface Dropped {
  readonly storageKey: Uint8Array;
  readonly section: Uint8Array;
}

export function encodeDropped(writer: Writer, dropped: readonly Dropped[]): void {
  for (const { storageKey, section } of dropped) writer.bytes16(storageKey).bytes32(section);
}

/** The bytes are copies. @throws MalformedBytes */
export function decodeDropped(reader: Reader): Dropped[] {
  const own = new Reader(copyBytes(reader.rest()));
  const dropped: Dropped[] = [];
  while (own.remaining > 0) dropped.push({ storageKey: own.bytes16(), section: own.bytes32() });
  return dropped;
}
