/**
 * A change on the wire: a tag, then its fields.
 *
 * | tag | kind | fields |
 * |---|---|---|
 * | 1 | put | content type 1+, value 4+ |
 * | 2 | delete | |
 * | 3, 4 | add, remove | count 2, elements 2+ each |
 * | 5 | increment | amount 8 |
 * | 6 | raise | number 8 |
 * | 7 | put-field | field 2+, content type 1+, value 4+ |
 * | 8 | delete-field | field 2+ |
 * | 9 | put, for a while | milliseconds 6, content type 1+, value 4+ |
 */
import type { Change } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';

const TAG = { put: 1, delete: 2, add: 3, remove: 4, increment: 5, raise: 6, 'put-field': 7, 'delete-field': 8 } as const;
const TAG_PUT_FOR_A_WHILE = 9;

export function encodeChange(writer: Writer, change: Change): void {
  if (change.kind === 'put' && change.ttlMs !== undefined) writer.u8(TAG_PUT_FOR_A_WHILE).u48(change.ttlMs);
  else writer.u8(TAG[change.kind]);
  switch (change.kind) {
    case 'put':
      writer.ascii(change.contentType).bytes32(change.value);
      break;
    case 'delete':
      break;
    case 'add':
    case 'remove':
      writer.u16(change.elements.length);
      for (const element of change.elements) writer.bytes16(element);
      break;
    case 'increment':
      writer.f64(change.amount);
      break;
    case 'raise':
      writer.f64(change.to);
      break;
    case 'put-field':
      writer.bytes16(change.field).ascii(change.contentType).bytes32(change.value);
      break;
    case 'delete-field':
      writer.bytes16(change.field);
      break;
  }
}

/** The bytes inside are views. @throws MalformedBytes */
export function decodeChange(reader: Reader): Change {
  const tag = reader.u8();
  switch (tag) {
    case TAG.put:
      return { kind: 'put', contentType: reader.ascii(), value: reader.bytes32() };
    case TAG_PUT_FOR_A_WHILE: {
      const ttlMs = reader.u48();
      return { kind: 'put', ttlMs, contentType: reader.ascii(), value: reader.bytes32() };
    }
    case TAG.delete:
      return { kind: 'delete' };
    case TAG.add:
      return { kind: 'add', elements: decodeElements(reader) };
    case TAG.remove:
      return { kind: 'remove', elements: decodeElements(reader) };
    case TAG.increment:
      return { kind: 'increment', amount: decodeFinite(reader) };
    case TAG.raise:
      return { kind: 'raise', to: decodeFinite(reader) };
    case TAG['put-field']:
      return { kind: 'put-field', field: decodeName(reader), contentType: reader.ascii(), value: reader.bytes32() };
    case TAG['delete-field']:
      return { kind: 'delete-field', field: decodeName(reader) };
    default:
      throw new MalformedBytes(`unknown change ${tag}`);
  }
}

function decodeElements(reader: Reader): readonly Uint8Array[] {
  const count = reader.u16();
  const elements: Uint8Array[] = [];
  for (let index = 0; index < count; index++) elements.push(decodeName(reader));
  return elements;
}

/** Elements and fields are never empty: an empty field is how a record marks a plain value. */
function decodeName(reader: Reader): Uint8Array {
  const name = reader.bytes16();
  if (name.length === 0) throw new MalformedBytes('an empty element or field');
  return name;
}

function decodeFinite(reader: Reader): number {
  const value = reader.f64();
  if (!Number.isFinite(value)) throw new MalformedBytes('not a finite number');
  return value;
}
