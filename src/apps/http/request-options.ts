/** What a request says beside its body: the key in its path, options in its query, the context in its header. */
import type { Context } from '../../stores/kv/index.ts';
import { badRequest } from './problem.ts';

export const CONTEXT_HEADER = 'quorate-context';

/** Bucket and key of `/kv/<bucket>/<key>`, of a path as it was sent. Whatever bytes a key has, percent-encoding can say them. */
export function bucketAndKey(path: string): { readonly bucket: string; readonly key: Uint8Array } {
  const rest = path.slice('/kv/'.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? '' : rest.slice(slash + 1);
  return { bucket: Buffer.from(percentDecoded(bucket)).toString(), key: percentDecoded(key) };
}

const PERCENT = 0x25;

function percentDecoded(text: string): Uint8Array {
  const encoded = Buffer.from(text);
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let index = 0; index < encoded.length; index += 1) {
    let byte = encoded[index] as number;
    if (byte === PERCENT) {
      const digits = encoded.toString('latin1', index + 1, index + 3);
      if (!/^[0-9a-f]{2}$/i.test(digits)) throw badRequest(`has '%${digits}' in its path, which is no percent-encoded byte`);
      byte = Number.parseInt(digits, 16);
      index += 2;
    }
    decoded[length++] = byte;
  }
  return decoded.subarray(0, length);
}

/** Numbers of the query. What the operation does not know is an error: a misspelt option must not be silent. */
export function numberOptions<Name extends string>(
  url: URL,
  names: readonly Name[],
  alsoKnown: readonly string[] = [],
): Readonly<Partial<Record<Name, number>>> {
  const options: Partial<Record<Name, number>> = {};
  for (const [given, text] of url.searchParams) {
    if (alsoKnown.includes(given)) continue;
    const name = names.find((known) => known === given);
    if (name === undefined)
      throw badRequest(`has the option '${given}'; known here: ${[...names, ...alsoKnown].join(', ') || 'none'}`);
    if (!/^\d{1,12}$/.test(text)) throw badRequest(`has ${given}='${text}'; it must be a whole number`);
    options[name] = Number(text);
  }
  return options;
}

const BOOLEANS: ReadonlyMap<string | null, boolean | undefined> = new Map([
  [null, undefined],
  ['true', true],
  ['false', false],
]);

/** How many replicas must answer or store, by when, and the like; and whether they must be home replicas. */
export function quorumOptions(url: URL, ...names: readonly ('r' | 'w' | 'ttl')[]) {
  const text = url.searchParams.get('strict');
  const strict = BOOLEANS.get(text);
  if (text !== null && strict === undefined) throw badRequest(`has strict='${text}'; it must be true or false`);
  const options = callOptions(numberOptions<'r' | 'w' | 'ttl' | 'timeout'>(url, [...names, 'timeout'], ['strict']));
  return strict === undefined ? options : { ...options, strict };
}

/** What the store calls `timeoutMs` and `ttlMs` is `timeout` and `ttl` in the query. */
export function callOptions<Options extends { readonly timeout?: number; readonly ttl?: number }>(options: Options) {
  const { timeout, ttl, ...rest } = options;
  return { ...rest, ...(timeout === undefined ? {} : { timeoutMs: timeout }), ...(ttl === undefined ? {} : { ttlMs: ttl }) };
}

export function contextOf(headers: Headers): { readonly context?: Context } {
  const text = headers.get(CONTEXT_HEADER);
  // Only a mark in the type: the store checks what a context says before it believes it.
  return text === null ? {} : { context: text as Context };
}
