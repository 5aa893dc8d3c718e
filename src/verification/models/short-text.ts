/**
 * Plain data in few words, for tables and arrows. It is for eyes only: two different things may look alike, which `textOf` never
 * allows.
 */

/**
 * `{kind: 'write', at: 0}` is `write at 0`; a number that processes share out among them, `{round: 2, process: 1}`, is `2.1`, as in
 * Lamport's pairs; nothing is `-`.
 */
export function shortText(data: unknown): string {
  return shown(data, false);
}

/** A message: its kind, then its data without brackets around all of it. */
export function shortMessage(message: { readonly kind: string }): string {
  return shown(message, false);
}

function shown(data: unknown, isNested: boolean): string {
  if (data === undefined || data === null) return '-';
  if (typeof data === 'string') return /^[\w.:-]+$/.test(data) ? data : JSON.stringify(data);
  if (typeof data !== 'object') return String(data);
  if (Array.isArray(data)) return data.length === 0 ? 'none' : `[${data.map((item) => shown(item, false)).join(', ')}]`;
  if (data instanceof Uint8Array) return `<${[...data].join(' ')}>`;
  if (data instanceof Set) return data.size === 0 ? 'none' : `{${[...data].map((item) => shown(item, false)).join(', ')}}`;
  if (data instanceof Map) {
    if (data.size === 0) return 'none';
    return `{${[...data].map(([key, value]) => `${shown(key, true)}: ${shown(value, false)}`).join(', ')}}`;
  }
  return shownRecord(Object.entries(data), isNested);
}

function shownRecord(fields: readonly (readonly [string, unknown])[], isNested: boolean): string {
  const pair = numberOfProcess(fields);
  if (pair !== undefined) return pair;
  const kind = fields.find(([name]) => name === 'kind')?.[1];
  const words = fields.flatMap(([name, value]) => (name === 'kind' || value === undefined ? [] : [worded(name, value)]));
  if (typeof kind === 'string') words.unshift(kind);
  const text = words.length === 0 ? '-' : words.join(' ');
  return isNested && words.length > 1 ? `(${text})` : text;
}

function worded(name: string, value: unknown): string {
  if (value === true) return name;
  if (value === false) return `not ${name}`;
  return `${name} ${shown(value, true)}`;
}

function numberOfProcess(fields: readonly (readonly [string, unknown])[]): string | undefined {
  const process = fields.find(([name]) => name === 'process')?.[1];
  const number = fields.find(([name]) => name !== 'process')?.[1];
  if (fields.length !== 2 || typeof process !== 'number' || typeof number !== 'number') return undefined;
  return `${number}.${process}`;
}
