import { BucketOnExecutor } from './bucket.ts';
import type { Bucket, Kv } from './interface.ts';
import type { KvExecutor } from './requests.ts';
import { checkBucketName } from './settings.ts';

/**
 * The public interface on whatever carries out requests.
 *
 * A `delete` without a context is two requests, a read and the deletion; `timeoutMs` holds for each of them, as it does for each
 * request of `getMany`, `putMany`, `keys` and `entries`. Bytes given as key or value must not change until the call has ended.
 */
export function createKv(executor: KvExecutor): Kv {
  const buckets = new Map<string, Bucket>();
  return {
    bucket(name) {
      const known = buckets.get(name);
      if (known !== undefined) return known;
      checkBucketName(name);
      const bucket = new BucketOnExecutor(executor, name);
      // A program has few buckets; one that makes up names must not fill the memory with them.
      if (buckets.size < MAX_REMEMBERED_BUCKETS) buckets.set(name, bucket);
      return bucket;
    },
  };
}

const MAX_REMEMBERED_BUCKETS = 1_000;
