/**
 * What failure detectors say to each other. Numbers are big-endian, names are printable ASCII behind their length in one byte.
 *
 * | field | bytes |
 * |---|---|
 * | kind: 1 ping, 2 ping request, 3 ack, 4 nack | 1 |
 * | sequence, chosen by whoever wants the answer | 4 |
 * | ping request: whom to ping | 1+ |
 * | number of updates | 1 |
 * | per update: standing: 1 alive, 2 suspect, 3 dead | 1 |
 * | incarnation | 4 |
 * | node | 1+ |
 * | suspect: by whom | 1+ |
 */
import { MalformedBytes, type Reader, type Writer } from '../../runtime/bytes/index.ts';
import { isNodeName, type NodeName } from '../ring/index.ts';
import { UPDATES_MAXIMUM } from './rumours.ts';
import type { Standing, Update } from './update.ts';

interface AnyMessage {
  readonly sequence: number;
  /** They ride along. */
  readonly updates: readonly Update[];
}

export type ProbeMessage =
  /** Are you there? */
  | (AnyMessage & { readonly kind: 'ping' })
  /** Ping that node for me. */
  | (AnyMessage & { readonly kind: 'ping-request'; readonly target: NodeName })
  /** I am; or: it is. */
  | (AnyMessage & { readonly kind: 'ack' })
  /** It has not answered me either; but I have answered you (Lifeguard). */
  | (AnyMessage & { readonly kind: 'nack' });

const KIND = { ping: 1, 'ping-request': 2, ack: 3, nack: 4 } as const satisfies Record<ProbeMessage['kind'], number>;
const STANDING = { alive: 1, suspect: 2, dead: 3 } as const satisfies Record<Standing, number>;

/** An incarnation has 31 bits: one refutation a second for 68 years. */
export const INCARNATION_MAXIMUM = 2 ** 31 - 1;

export function writeProbeMessage(writer: Writer, message: ProbeMessage): void {
  writer.u8(KIND[message.kind]).u32(message.sequence);
  if (message.kind === 'ping-request') writer.ascii(message.target);
  writeUpdates(writer, message.updates);
}

/** @throws MalformedBytes */
export function readProbeMessage(reader: Reader): ProbeMessage {
  const kind = reader.u8();
  const sequence = reader.u32();
  switch (kind) {
    case KIND.ping:
      return { kind: 'ping', sequence, updates: readLast(reader) };
    case KIND['ping-request']:
      return { kind: 'ping-request', sequence, target: readName(reader), updates: readLast(reader) };
    case KIND.ack:
      return { kind: 'ack', sequence, updates: readLast(reader) };
    case KIND.nack:
      return { kind: 'nack', sequence, updates: readLast(reader) };
    default:
      throw new MalformedBytes(`unknown kind of probe ${kind}`);
  }
}

function readLast(reader: Reader): readonly Update[] {
  const updates = readUpdates(reader, UPDATES_MAXIMUM);
  reader.expectEnd();
  return updates;
}

/** At most 255. */
export function writeUpdates(writer: Writer, updates: readonly Update[]): void {
  writer.u8(updates.length);
  for (const update of updates) {
    writer.u8(STANDING[update.standing]).u32(update.incarnation).ascii(update.node);
    if (update.standing === 'suspect') writer.ascii(update.by);
  }
}

/** @throws MalformedBytes also if there are more than `most`. */
export function readUpdates(reader: Reader, most: number): readonly Update[] {
  const count = reader.u8();
  if (count > most) throw new MalformedBytes(`${count} updates, more than ${most}`);
  return Array.from({ length: count }, () => readUpdate(reader));
}

function readUpdate(reader: Reader): Update {
  const standing = reader.u8();
  const incarnation = reader.u32();
  if (incarnation > INCARNATION_MAXIMUM) throw new MalformedBytes(`${incarnation} is not an incarnation`);
  const node = readName(reader);
  switch (standing) {
    case STANDING.alive:
      return { standing: 'alive', incarnation, node };
    case STANDING.suspect:
      return { standing: 'suspect', incarnation, node, by: readName(reader) };
    case STANDING.dead:
      return { standing: 'dead', incarnation, node };
    default:
      throw new MalformedBytes(`unknown standing ${standing}`);
  }
}

function readName(reader: Reader): NodeName {
  const text = reader.ascii();
  if (!isNodeName(text)) throw new MalformedBytes(`'${text}' cannot name a node`);
  return text;
}
