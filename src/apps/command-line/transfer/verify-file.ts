/** Reads one object back and compares it with its file. */
import type { Bucket, ReadOptions } from '../../../stores/kv/index.ts';
import { sameBytes } from './import-file.ts';
import { type RetryOptions, retrying } from './retry.ts';

/** `siblings`: several values, whether or not the file's bytes are among them. */
export type Verified = 'equal' | 'missing' | 'different' | 'siblings';

/** @throws QuorateError what the store throws, once trying again does not help or has taken too long. */
export async function verifyFile(
  bucket: Bucket,
  file: { readonly key: string; readonly bytes: Uint8Array },
  options: { readonly read: ReadOptions; readonly retry: RetryOptions },
): Promise<Verified> {
  const { values } = await retrying(() => bucket.get(file.key, options.read), options.retry);
  const [first, ...others] = values;
  if (first === undefined) return 'missing';
  if (others.length > 0) return 'siblings';
  return sameBytes(first.bytes, file.bytes) ? 'equal' : 'different';
}
