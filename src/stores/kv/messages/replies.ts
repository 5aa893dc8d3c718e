/**
 * Replies to requests.
 *
 * | kind | fields |
 * |---|---|
 * | get | conflict policy 1+, key mark 16, record (the rest; empty for none) |
 * | watch | news 1, then as get |
 * | change | context (the rest; empty for none) |
 * | list | has cursor 1, [cursor 2+], keys 2+ each (the rest) |
 * | inspect, administer | JSON (the rest) |
 * | error | JSON of an error's description (the rest) |
 */

import { copyBytes, MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import { type ErrorDescription, QuorateError } from '../../../runtime/errors/index.ts';
import { KEY_MARK_BYTES } from '../context.ts';
import type { KvReply } from '../requests.ts';
import { KIND } from './kinds.ts';
import { decodeOptionalCopy, encodeOptional } from './requests.ts';
import { decodeText } from './text.ts';

export const REPLY_KIND = {
  get: KIND.getReply,
  change: KIND.changeReply,
  list: KIND.listReply,
  inspect: KIND.inspectReply,
  administer: KIND.administerReply,
  watch: KIND.watchReply,
} as const satisfies Record<KvReply['kind'], number>;

export function encodeReply(writer: Writer, reply: KvReply): void {
  switch (reply.kind) {
    case 'watch':
      writer
        .u8(reply.isNews ? 1 : 0)
        .ascii(reply.conflict)
        .bytes(reply.mark);
      if (reply.record !== undefined) writer.bytes(reply.record);
      break;
    case 'get':
      writer.ascii(reply.conflict).bytes(reply.mark);
      if (reply.record !== undefined) writer.bytes(reply.record);
      break;
    case 'change':
      if (reply.context !== undefined) writer.bytes(reply.context);
      break;
    case 'list':
      encodeOptional(writer, reply.cursor);
      for (const key of reply.keys) writer.bytes16(key);
      break;
    case 'inspect':
    case 'administer':
      writer.bytes(Buffer.from(reply.json));
      break;
  }
}

/** The bytes of the reply are copies: they outlive the frame. @param coordinator - who is known to have coordinated it. @throws MalformedBytes */
export function decodeReply(kind: number, reader: Reader, coordinator?: string): KvReply {
  switch (kind) {
    case KIND.getReply: {
      const conflict = reader.ascii();
      const { mark, record } = decodeMarked(reader);
      return { kind: 'get', conflict, mark, record, coordinator };
    }
    case KIND.watchReply: {
      const news = reader.u8();
      if (news > 1) throw new MalformedBytes(`news of ${news}`);
      return { kind: 'watch', isNews: news === 1, conflict: reader.ascii(), ...decodeMarked(reader) };
    }
    case KIND.changeReply:
      return { kind: 'change', context: reader.remaining === 0 ? undefined : copyBytes(reader.rest()), coordinator };
    case KIND.listReply: {
      const cursor = decodeOptionalCopy(reader);
      const keys: Uint8Array[] = [];
      while (reader.remaining > 0) keys.push(copyBytes(reader.bytes16()));
      return { kind: 'list', keys, cursor };
    }
    case KIND.inspectReply:
      return { kind: 'inspect', json: decodeText(reader.rest()) };
    case KIND.administerReply:
      return { kind: 'administer', json: decodeText(reader.rest()) };
    default:
      throw new MalformedBytes(`unknown kind of reply ${kind}`);
  }
}

function decodeMarked(reader: Reader): { readonly mark: Uint8Array; readonly record: Uint8Array | undefined } {
  // One copy for both: the record is a view into the same bytes.
  const own = copyBytes(reader.rest());
  if (own.length < KEY_MARK_BYTES) throw new MalformedBytes('no key mark');
  const record = own.length === KEY_MARK_BYTES ? undefined : own.subarray(KEY_MARK_BYTES);
  return { mark: own.subarray(0, KEY_MARK_BYTES), record };
}

export function encodeError(writer: Writer, error: QuorateError): void {
  writer.bytes(Buffer.from(JSON.stringify(error.describe())));
}

/** @throws MalformedBytes */
export function decodeError(reader: Reader): QuorateError {
  const parsed: unknown = parseJson(decodeText(reader.rest()));
  if (!isDescription(parsed)) throw new MalformedBytes('not the description of an error');
  return new QuorateError(parsed);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new MalformedBytes(`not JSON: ${String(error)}`);
  }
}

function isDescription(value: unknown): value is ErrorDescription {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message, outcome, next, data } = value as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof next !== 'string') return false;
  if (outcome !== 'not-applied' && outcome !== 'unknown') return false;
  return data === undefined || (typeof data === 'object' && data !== null && !Array.isArray(data));
}
