/** Stored values as HTTP shows them. */
import type { Found, StoredValue } from '../../stores/kv/index.ts';
import { asBase64, shownBytes } from '../representation/index.ts';
import { CONTEXT_HEADER } from './request-options.ts';

/** When the value expires. Not `expires`, which tells caches how long they may answer with it (RFC 9111, section 5.3). */
const EXPIRES_HEADER = 'quorate-expires';

/** A field of a map: JSON as itself, text as a text, bytes in base64. */
export function shownField(value: StoredValue): unknown {
  if (value.contentType === 'application/json') return value.json();
  return value.contentType.startsWith('text/') ? value.text() : { base64: asBase64(value.bytes) };
}

/** `nosniff`: what somebody stored must not become a script because a browser guesses so. */
export function valueResponse(value: StoredValue, found: Found): Response {
  return new Response(value.bytes.slice(), {
    status: 200,
    headers: {
      'content-type': value.contentType,
      [CONTEXT_HEADER]: found.context,
      ...(value.expiresAt === undefined ? {} : { [EXPIRES_HEADER]: new Date(value.expiresAt).toISOString() }),
      'x-content-type-options': 'nosniff',
    },
  });
}

/**
 * Several values. JSON unless the client prefers `multipart/mixed`, one part per value with its own content type: RFC 2046,
 * section 5.1.3. 300 says that the choice is the client's (RFC 9110, section 15.4.1).
 */
export function siblingsResponse(found: Found, accept: string): Response {
  const headers = { [CONTEXT_HEADER]: found.context, vary: 'accept', 'x-content-type-options': 'nosniff' };
  if (/multipart\/mixed/i.test(accept)) {
    const boundary = unusedBoundary(found.values);
    return new Response(multipart(found.values, boundary), {
      status: 300,
      headers: { ...headers, 'content-type': `multipart/mixed; boundary=${boundary}` },
    });
  }
  const siblings = found.values.map(({ contentType, bytes }) => ({ contentType, ...shownBytes(bytes) }));
  return jsonResponse({ siblings, context: found.context }, { status: 300, headers });
}

/** A boundary must not occur in any part; it needs no secret, so a count serves. */
function unusedBoundary(values: readonly StoredValue[]): string {
  for (let count = 0; ; count += 1) {
    const boundary = `quorate-sibling-${count}`;
    if (!values.some(({ bytes }) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(boundary)))
      return boundary;
  }
}

function multipart(values: readonly StoredValue[], boundary: string): Uint8Array<ArrayBuffer> {
  const parts = values.flatMap(({ contentType, bytes }) => [
    Buffer.from(`--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

export function jsonResponse(
  value: unknown,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  return new Response(`${JSON.stringify(value)}\n`, { status, headers: { 'content-type': 'application/json', ...headers } });
}
