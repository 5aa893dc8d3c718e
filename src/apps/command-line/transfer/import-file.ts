/**
 * One file as one object, so that repeating it is safe: read, compare, write with what the read has seen.
 *
 * A file counts as acknowledged when a write of it was acknowledged, or when the first read found it as it is. After a write of
 * unknown outcome a read that finds the bytes is not enough: they may be on one replica only, which W was to prevent. So that
 * attempt writes again; the same bytes once more harm nothing.
 */
import type { Bucket, ReadOptions, WriteOptions } from '../../../stores/kv/index.ts';
import { type RetryOptions, retrying } from './retry.ts';

export interface FileToImport {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

export interface ImportFileOptions {
  readonly read: ReadOptions;
  readonly write: WriteOptions;
  readonly retry: RetryOptions;
}

export type Imported = 'written' | 'already-there';

/** @throws QuorateError what the store throws, once trying again does not help or has taken too long. */
export async function importFile(bucket: Bucket, file: FileToImport, options: ImportFileOptions): Promise<Imported> {
  let outcomeUnknown = false;
  return retrying(async (previous) => {
    outcomeUnknown ||= previous?.outcome === 'unknown';
    const { values, context } = await bucket.get(file.key, options.read);
    const [only] = values;
    const isSame = values.length === 1 && only?.contentType === file.contentType && sameBytes(only.bytes, file.bytes);
    if (isSame && !outcomeUnknown) return 'already-there';
    await bucket.put(file.key, file.bytes, { ...options.write, context, contentType: file.contentType });
    return 'written';
  }, options.retry);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
