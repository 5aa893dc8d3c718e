/**
 * The history as bytes, for gossip and disk. Numbers are big-endian, texts are printable ASCII behind their length in one byte.
 *
 * | field | bytes |
 * |---|---|
 * | format: 1 | 1 |
 * | number of changes | 2 |
 * | per change: tag | 1 |
 * | clock | 6 |
 * | author | 1+ |
 * | node | 1+ |
 * | join (tag 1): address, host, zone | 1+ each |
 * | join (tag 1), weight (tag 4): weight | 2 |
 * | address (tag 5): address | 1+ |
 *
 * Leave (tag 2) and remove (tag 3) have no more fields. Only the canonical form of a
 * whole history is accepted: changes in their order, none twice, no time without a change.
 */
import { compareBytes, MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { isNodeName, isWeight, type NodeName } from '../ring/index.ts';
import { type Change, compareIds } from './change.ts';

const FORMAT = 1;
const TAG = { join: 1, leave: 2, remove: 3, weight: 4, address: 5 } as const satisfies Record<Change['kind'], number>;

/** A history has no more changes. At one change a day for each of a hundred nodes, years. */
export const HISTORY_MAXIMUM = 10_000;

export const ADDRESS_LENGTH_MAXIMUM = 255;

/** Hosts and zones are labels, of at most this many characters. */
export const LABEL_LENGTH_MAXIMUM = 63;

/** Tag, clock, and two names of one character. */
const CHANGE_BYTES_MINIMUM = 1 + 6 + 2 + 2;

export function encodeHistory(history: readonly Change[]): Uint8Array {
  const writer = new Writer(64 + 64 * history.length).u8(FORMAT);
  writeChanges(writer, history);
  return writer.copy();
}

/** @throws MalformedBytes unless it is a history in its canonical form. */
export function decodeHistory(bytes: Uint8Array): readonly Change[] {
  const reader = new Reader(bytes);
  const format = reader.u8();
  if (format !== FORMAT) throw new MalformedBytes(`history format ${format}, not ${FORMAT}`);
  const history = readChanges(reader);
  reader.expectEnd();
  expectWhole(history);
  return history;
}

/** Some changes of a history, in their order: from their number on. At most {@link HISTORY_MAXIMUM}. */
export function writeChanges(writer: Writer, changes: readonly Change[]): void {
  writer.u16(changes.length);
  for (const change of changes) writeChange(writer, change);
}

/** @throws MalformedBytes unless they are in their order, and none is there twice. */
export function readChanges(reader: Reader): readonly Change[] {
  const count = reader.u16();
  if (count > HISTORY_MAXIMUM) throw new MalformedBytes(`${count} changes, more than ${HISTORY_MAXIMUM}`);
  if (count * CHANGE_BYTES_MINIMUM > reader.remaining) {
    throw new MalformedBytes(`${count} changes announced, ${reader.remaining} bytes left`);
  }
  const changes: Change[] = [];
  for (let index = 0; index < count; index++) {
    const change = readChange(reader);
    const previous = changes.at(-1);
    if (previous !== undefined && compareChanges(previous, change) >= 0)
      throw new MalformedBytes('changes are not in their order');
    changes.push(change);
  }
  return changes;
}

/**
 * Each author knew a change of each earlier time. A gap is forged, and would use up the clock for everybody.
 * @throws MalformedBytes if there is one.
 */
export function expectWhole(history: readonly Change[]): void {
  for (const [index, { id }] of history.entries()) {
    if (id.clock > index + 1) throw new MalformedBytes(`clock ${id.clock} skips earlier ones`);
  }
}

/**
 * The total order of a history: by id. Two changes of one id cannot come about as long as each author remembers the history; should
 * they all the same, both are kept, in the order of their bytes, so that histories still merge the same everywhere.
 */
export function compareChanges(a: Change, b: Change): number {
  return compareIds(a.id, b.id) || compareBytes(encodeHistory([a]), encodeHistory([b]));
}

function writeChange(writer: Writer, change: Change): void {
  writer.u8(TAG[change.kind]).u48(change.id.clock).ascii(change.id.author).ascii(change.node);
  switch (change.kind) {
    case 'join':
      writer.ascii(change.address).ascii(change.host).ascii(change.zone).u16(change.weight);
      break;
    case 'weight':
      writer.u16(change.weight);
      break;
    case 'address':
      writer.ascii(change.address);
      break;
    case 'leave':
    case 'remove':
      break;
  }
}

function readChange(reader: Reader): Change {
  const tag = reader.u8();
  const clock = reader.u48();
  if (clock === 0) throw new MalformedBytes('a change has a clock from 1');
  const id = { clock, author: readName(reader) };
  const node = readName(reader);
  switch (tag) {
    case TAG.join: {
      const [address, host, zone] = [readAddress(reader), readLabel(reader), readLabel(reader)];
      return { kind: 'join', id, node, address, host, zone, weight: readWeight(reader) };
    }
    case TAG.leave:
      return { kind: 'leave', id, node };
    case TAG.remove:
      return { kind: 'remove', id, node };
    case TAG.weight:
      return { kind: 'weight', id, node, weight: readWeight(reader) };
    case TAG.address:
      return { kind: 'address', id, node, address: readAddress(reader) };
    default:
      throw new MalformedBytes(`unknown kind of change ${tag}`);
  }
}

function readName(reader: Reader): NodeName {
  const text = reader.ascii();
  if (!isNodeName(text)) throw new MalformedBytes(`'${text}' cannot name a node`);
  return text;
}

function readAddress(reader: Reader): string {
  const address = reader.ascii();
  if (address === '') throw new MalformedBytes('an address is empty');
  return address;
}

function readLabel(reader: Reader): string {
  const label = reader.ascii();
  if (label.length === 0 || label.length > LABEL_LENGTH_MAXIMUM) {
    throw new MalformedBytes(`a label of ${label.length} characters, not 1 to ${LABEL_LENGTH_MAXIMUM}`);
  }
  return label;
}

function readWeight(reader: Reader): number {
  const weight = reader.u16();
  if (!isWeight(weight)) throw new MalformedBytes(`${weight} is not a weight`);
  return weight;
}
