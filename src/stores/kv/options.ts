/** Options of the public calls, checked before anything is sent. Each function throws `bad-option` naming value and rule. */

import { badOption } from './caller-errors.ts';
import { badContext } from './errors.ts';
import type { CallOptions } from './interface.ts';
import { isTtl, TTL_RULE } from './settings.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
const MAX_TIMEOUT_MS = 3_600_000;
const MAX_REPLICAS = 16;
const DEFAULT_PAGE_SIZE = 1_000;
const MAX_PAGE_SIZE = 10_000;
/** Contexts and cursors travel behind a length of 16 bits. */
const MAX_TOKEN_BYTES = 0xffff;
const MAX_CONTENT_TYPE_LENGTH = 0xff;

const BASE64URL = /^[A-Za-z0-9_-]+$/;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

/** In whole milliseconds. */
export function timeoutOf({ timeoutMs }: CallOptions): number {
  if (timeoutMs === undefined) return DEFAULT_TIMEOUT_MS;
  if (typeof timeoutMs === 'number' && timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS) return Math.ceil(timeoutMs);
  throw badOption('timeoutMs', timeoutMs, `it must be from 1 to ${MAX_TIMEOUT_MS} milliseconds`);
}

/** 0 stands for the bucket's own. */
export function quorumOf(what: 'r' | 'w', value: number | undefined): number {
  if (value === undefined) return 0;
  if (Number.isInteger(value) && value >= 1 && value <= MAX_REPLICAS) return value;
  throw badOption(what, value, `it must be a whole number from 1 to ${MAX_REPLICAS}`);
}

/** `undefined` stands for false: no field that is not needed. */
export function strictOf(value: boolean | undefined): true | undefined {
  if (value === undefined || value === false) return undefined;
  if (value === true) return true;
  throw badOption('strict', value, 'it must be true or false');
}

export function pageSizeOf(value: number | undefined): number {
  if (value === undefined) return DEFAULT_PAGE_SIZE;
  if (Number.isInteger(value) && value >= 1 && value <= MAX_PAGE_SIZE) return value;
  throw badOption('pageSize', value, `it must be a whole number from 1 to ${MAX_PAGE_SIZE}`);
}

export function ttlOf(value: number | undefined): number | undefined {
  if (value === undefined || isTtl(value)) return value;
  throw badOption('ttlMs', value, TTL_RULE);
}

export function checkContentType(value: string): void {
  if (typeof value === 'string' && value.length <= MAX_CONTENT_TYPE_LENGTH && PRINTABLE_ASCII.test(value)) return;
  throw badOption('contentType', value, `it must be 1 to ${MAX_CONTENT_TYPE_LENGTH} characters of printable ASCII`);
}

export function checkSignal(signal: AbortSignal): void {
  if (signal instanceof AbortSignal) return;
  throw badOption('signal', signal, 'it must be an AbortSignal');
}

/** @throws QuorateError `bad-context` */
export function contextBytes(context: string | undefined): Uint8Array | undefined {
  if (context === undefined) return undefined;
  const bytes = tokenBytes(context);
  if (bytes === undefined) throw badContext('is no context at all');
  return bytes;
}

export function cursorBytes(cursor: string | undefined): Uint8Array | undefined {
  if (cursor === undefined) return undefined;
  const bytes = tokenBytes(cursor);
  if (bytes === undefined) throw badOption('cursor', cursor, 'it must be the cursor of the page before');
  return bytes;
}

function tokenBytes(token: unknown): Uint8Array | undefined {
  if (typeof token !== 'string' || !BASE64URL.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  return bytes.length > 0 && bytes.length <= MAX_TOKEN_BYTES ? bytes : undefined;
}

/** The text form of a context or a cursor. */
export function tokenText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
