/**
 * The opaque context a reader gets and a writer gives back: what has been seen of one key. It is bound to that key, so that it
 * cannot be used for another by mistake.
 *
 * | field | bytes |
 * |---|---|
 * | format: 1 | 1 |
 * | the key's position | 16 |
 * | latest timestamp seen | 6 |
 * | version vector | 2 + 12 per actor |
 */
import { decodeVector, encodeDots, type Seen } from '../../protocols/versions/index.ts';
import { equalBytes, MalformedBytes, Reader, Writer } from '../../runtime/bytes/index.ts';
import { badContext } from './errors.ts';

const FORMAT = 1;
/** What binds a context to its key: the position. */
export const KEY_MARK_BYTES = 16;

export function encodeContext(mark: Uint8Array, seen: Seen): Uint8Array {
  const writer = new Writer(64).u8(FORMAT).bytes(mark).u48(seen.timestamp);
  encodeDots(writer, seen.clock);
  return writer.copy();
}

/** @throws QuorateError `bad-context` */
export function decodeContext(context: Uint8Array, mark: Uint8Array): Seen {
  const reader = new Reader(context);
  try {
    const format = reader.u8();
    if (format !== FORMAT) throw badContext(`has format ${format}, not ${FORMAT}`);
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
