/** Media types by a file's name. */
import { getMimeType } from 'hono/utils/mime';

export const UNTYPED = 'application/octet-stream';

/** What the library does not know, or takes for something rarer: it says MPEG transport stream for `.ts`. */
const OF_SOURCE_CODE: ReadonlyMap<string, string> = new Map([
  ['ts', 'text/x-typescript'],
  ['mts', 'text/x-typescript'],
  ['cts', 'text/x-typescript'],
  ['cjs', 'text/javascript; charset=utf-8'],
  ['md', 'text/markdown; charset=utf-8'],
]);

export function contentTypeOf(path: string): string {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return OF_SOURCE_CODE.get(extension) ?? getMimeType(path) ?? UNTYPED;
}
