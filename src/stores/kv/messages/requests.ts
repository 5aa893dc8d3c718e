/**
 * Requests between client and node, and between nodes that forward them.
 *
 * Each begins with flags and the time limit in milliseconds. Flags: 1, passed on to a home replica, which must not pass it on again;
 * 2, to a stand-in, which may pass it on to a home; 4, no stand-ins; 8, of a get, who should coordinate it is named. Then:
 *
 * | kind | fields |
 * |---|---|
 * | get | r 1, bucket 1+, key 2+, with flag 8 coordinator 1+ |
 * | change | w 1, bucket 1+, key 2+, has context 1, [context 2+], change |
 * | list | bucket 1+, limit 4, has cursor 1, [cursor 2+] |
 * | watch | bucket 1+, key 2+, has known 1, [known 2+] |
 * | inspect, administer | topic or command 1+, argument in JSON 4+ (empty for none) |
 */

import { copyBytes, MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import type { Arrival, ChangeRequest, GetRequest, KvRequest, ListRequest } from '../requests.ts';
import { decodeChange, encodeChange } from './changes.ts';
import { KIND } from './kinds.ts';
import { decodeText } from './text.ts';

const ARRIVALS = ['direct', 'to-home', 'to-stand-in'] as const satisfies readonly Arrival[];
const FLAG_STRICT = 4;
const FLAG_COORDINATOR = 8;

export const REQUEST_KIND = {
  get: KIND.get,
  change: KIND.change,
  list: KIND.list,
  inspect: KIND.inspect,
  administer: KIND.administer,
  watch: KIND.watch,
} as const satisfies Record<KvRequest['kind'], number>;

export function encodeRequest(writer: Writer, request: KvRequest, arrival: Arrival): void {
  const strict = 'strict' in request && request.strict === true ? FLAG_STRICT : 0;
  const named = request.kind === 'get' && request.coordinator !== undefined ? FLAG_COORDINATOR : 0;
  writer.u8(ARRIVALS.indexOf(arrival) + strict + named).u32(request.timeoutMs);
  switch (request.kind) {
    case 'get':
      writer.u8(request.r).ascii(request.bucket).bytes16(request.key);
      if (request.coordinator !== undefined) writer.ascii(request.coordinator);
      break;
    case 'change':
      writer.u8(request.w).ascii(request.bucket).bytes16(request.key);
      encodeOptional(writer, request.context);
      encodeChange(writer, request.change);
      break;
    case 'list':
      writer.ascii(request.bucket).u32(request.limit);
      encodeOptional(writer, request.cursor);
      break;
    case 'watch':
      writer.ascii(request.bucket).bytes16(request.key);
      encodeOptional(writer, request.known);
      break;
    case 'inspect':
      writer.ascii(request.topic).bytes32(Buffer.from(request.argument));
      break;
    case 'administer':
      writer.ascii(request.command).bytes32(Buffer.from(request.argument));
      break;
  }
}

export interface ReceivedRequest {
  readonly request: KvRequest;
  readonly arrival: Arrival;
}

/** The bytes inside are views into the frame. @throws MalformedBytes */
export function decodeRequest(kind: number, reader: Reader): ReceivedRequest {
  const flags = reader.u8();
  const arrival = ARRIVALS[flags & ~(FLAG_STRICT | FLAG_COORDINATOR)];
  const isNamed = (flags & FLAG_COORDINATOR) !== 0;
  if (arrival === undefined || (isNamed && kind !== KIND.get)) throw new MalformedBytes(`unknown flags ${flags}`);
  const strict = (flags & FLAG_STRICT) !== 0 ? true : undefined;
  const request = decodeBody(kind, reader, reader.u32(), strict, isNamed);
  reader.expectEnd();
  return { request, arrival };
}

function decodeBody(kind: number, reader: Reader, timeoutMs: number, strict: true | undefined, isNamed: boolean): KvRequest {
  switch (kind) {
    case KIND.get:
      return {
        kind: 'get',
        timeoutMs,
        strict,
        r: reader.u8(),
        bucket: reader.ascii(),
        key: reader.bytes16(),
        coordinator: isNamed ? reader.ascii() : undefined,
      } satisfies GetRequest;
    case KIND.change:
      return {
        kind: 'change',
        timeoutMs,
        strict,
        w: reader.u8(),
        bucket: reader.ascii(),
        key: reader.bytes16(),
        context: decodeOptional(reader),
        change: decodeChange(reader),
      } satisfies ChangeRequest;
    case KIND.list:
      return {
        kind: 'list',
        timeoutMs,
        bucket: reader.ascii(),
        limit: reader.u32(),
        cursor: decodeOptional(reader),
      } satisfies ListRequest;
    case KIND.watch:
      return { kind: 'watch', timeoutMs, bucket: reader.ascii(), key: reader.bytes16(), known: decodeOptional(reader) };
    case KIND.inspect:
      return { kind: 'inspect', timeoutMs, topic: reader.ascii(), argument: decodeText(reader.bytes32()) };
    case KIND.administer:
      return { kind: 'administer', timeoutMs, command: reader.ascii(), argument: decodeText(reader.bytes32()) };
    default:
      throw new MalformedBytes(`unknown kind of request ${kind}`);
  }
}

export function encodeOptional(writer: Writer, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) writer.u8(0);
  else writer.u8(1).bytes16(bytes);
}

export function decodeOptional(reader: Reader): Uint8Array | undefined {
  const present = reader.u8();
  if (present > 1) throw new MalformedBytes(`a presence byte of ${present}`);
  return present === 1 ? reader.bytes16() : undefined;
}

export function decodeOptionalCopy(reader: Reader): Uint8Array | undefined {
  const bytes = decodeOptional(reader);
  return bytes === undefined ? undefined : copyBytes(bytes);
}
