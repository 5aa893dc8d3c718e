/** Copies and texts of plain data: what states and messages are made of. */

export function copyOf<Data>(data: Data): Data {
  return copied(data) as Data;
}

function copied(data: unknown): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (Array.isArray(data)) return data.map(copied);
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [copied(key), copied(value)]));
  if (data instanceof Set) return new Set([...data].map(copied));
  if (data instanceof Uint8Array) return data.slice();
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(data)) copy[name] = copied(value);
  return copy;
}

/** The same text for the same data, in whatever order its maps, sets and properties were filled. */
export function textOf(data: unknown): string {
  if (data === undefined) return '-';
  if (typeof data === 'bigint') return `${data}n`;
  if (data === null || typeof data !== 'object') return JSON.stringify(data);
  if (Array.isArray(data)) return `[${data.map(textOf).join()}]`;
  if (data instanceof Map)
    return `{${[...data]
      .map(([key, value]) => `${textOf(key)}:${textOf(value)}`)
      .sort()
      .join()}}`;
  if (data instanceof Set) return `{${[...data].map(textOf).sort().join()}}`;
  if (data instanceof Uint8Array) return `<${[...data].join(' ')}>`;
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return `{${entries
    .map(([name, value]) => `${name}:${textOf(value)}`)
    .sort()
    .join()}}`;
}
