/**
 * The opaque context a reader gets and a writer gives back: what has been seen of one key. It is bound to that key, so that it
 * cannot be used for another by mistake.
 *
 * | field | bytes |
 * |---|---|
 * | format: 1, or 2 with a coordinator | 1 |
 * | of format 2: who coordinated the read or the write | 1+ |
 * | the key's position | 16 |
 * | latest timestamp seen | 6 |
 * | version vector | 2 + 12 per actor |
 *
 * The coordinator has what was seen, so it is asked first to coordinate what follows (the Dynamo paper, section 5: "the coordinator for a write
 * is chosen to be the node that replied fastest to the previous read operation, which is stored in the context"). No more than advice.
 */
import { decodeVector, encodeDots, type Seen } from '../../protocols/versions/index.ts';
import { equalBytes, MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { badContext } from './errors.ts';

const FORMAT = 1;
const FORMAT_WITH_COORDINATOR = 2;
/** What binds a context to its key: the position. */
export const KEY_MARK_BYTES = 16;

export function encodeContext(mark: Uint8Array, seen: Seen, coordinator?: string): Uint8Array {
  const writer = new Writer(64);
  if (coordinator === undefined) writer.u8(FORMAT);
  else writer.u8(FORMAT_WITH_COORDINATOR).ascii(coordinator);
  writer.bytes(mark).u48(seen.timestamp);
  encodeDots(writer, seen.clock);
  return writer.copy();
}

/** @throws QuorateError `bad-context` */
export function decodeContext(context: Uint8Array, mark: Uint8Array): Seen {
  const reader = new Reader(context);
  try {
    const format = reader.u8();
    if (format === FORMAT_WITH_COORDINATOR) reader.ascii();
    else if (format !== FORMAT) throw badContext(`has format ${format}, not ${FORMAT} or ${FORMAT_WITH_COORDINATOR}`);
    if (!equalBytes(reader.bytes(KEY_MARK_BYTES), mark)) throw badContext('is that of another key');
    const timestamp = reader.u48();
    const clock = decodeVector(reader);
    reader.expectEnd();
    return { clock, timestamp };
  } catch (error) {
    if (error instanceof MalformedBytes) throw badContext(`is damaged: ${error.message}`);
    throw error;
  }
}

/** Who should coordinate what follows; `undefined` if the context does not say, or is none: whoever decodes the whole of it will tell. */
export function coordinatorIn(context: Uint8Array | undefined): string | undefined {
  if (context?.[0] !== FORMAT_WITH_COORDINATOR) return undefined;
  const length = context[1] ?? 0;
  if (context.length < 2 + length) return undefined;
  return new Reader(context, 1).ascii();
}
