/** Values between the caller's form and the stored one, which is a media type and bytes. */
import type { Version } from '../../protocols/versions/index.ts';
import { badValue } from './caller-errors.ts';
import type { StoredValue, Value } from './interface.ts';
import { decodeText, encodeText } from './key.ts';
import { checkContentType } from './options.ts';

const BYTES_TYPE = 'application/octet-stream';
const TEXT_TYPE = 'text/plain';
const JSON_TYPE = 'application/json';

export interface EncodedValue {
  /** '' stands for application/octet-stream: the commonest costs nothing. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/**
 * The bytes are the caller's own if the value is bytes.
 * @throws QuorateError `bad-value` for what can be stored in no form, `bad-option` for a content type that is none.
 */
export function encodeValue(value: Value, contentType?: string): EncodedValue {
  if (contentType !== undefined) checkContentType(contentType);
  const { bytes, usualType } = bytesOf(value);
  const type = contentType ?? usualType;
  return { contentType: type === BYTES_TYPE ? '' : type, bytes };
}

function bytesOf(value: Value): { readonly bytes: Uint8Array; readonly usualType: string } {
  if (value instanceof Uint8Array) return { bytes: value, usualType: BYTES_TYPE };
  if (typeof value === 'string') {
    const bytes = encodeText(value);
    if (bytes === undefined) throw badValue('is text with half a surrogate pair, which UTF-8 cannot express');
    return { bytes, usualType: TEXT_TYPE };
  }
  return { bytes: Buffer.from(jsonOf(value)), usualType: JSON_TYPE };
}

function jsonOf(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value, expressible);
  } catch (error) {
    // A cycle, or a `toJSON` that threw.
    if (!(error instanceof Error)) throw error;
    throw badValue(`has no JSON form: ${error.message}`, error);
  }
  if (json === undefined) throw badValue(`is a ${typeof value}, which JSON cannot express`);
  return json;
}

/** JSON.stringify turns these into `null` or `{}` without a word: the value would be lost. */
function expressible(_name: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is no number of JSON`);
  if (value instanceof Map || value instanceof Set || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    throw new TypeError(`a ${value.constructor.name} inside a value cannot be expressed`);
  }
  return value;
}

class VersionValue implements StoredValue {
  readonly contentType: string;
  readonly bytes: Uint8Array;

  readonly expiresAt: number | undefined;

  constructor(contentType: string, bytes: Uint8Array, expiresAt: number | undefined) {
    this.expiresAt = expiresAt;
    this.contentType = contentType;
    this.bytes = bytes;
  }

  text(): string {
    const text = decodeText(this.bytes);
    if (text === undefined) throw badValue(`of type ${this.contentType} is not UTF-8 text`);
    return text;
  }

  json<Type = unknown>(): Type {
    const text = this.text();
    try {
      return JSON.parse(text) as Type;
    } catch (error) {
      throw badValue(`of type ${this.contentType} is not JSON`, error);
    }
  }
}

export function storedValue({ contentType, value, expiresAt }: Version): StoredValue {
  return new VersionValue(contentType === '' ? BYTES_TYPE : contentType, value, expiresAt);
}
