/**
 * A bucket is atomic, or it is not, for life. Its records have another meaning under the other rules: timestamps count in one and
 * tell the time in the other, and what a register forgets, siblings would have kept. So a node remembers beside its data which
 * buckets are atomic, and does not start with a configuration that says otherwise.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { bucketRange } from '../storage-key.ts';

/** In the engine's meta space (0x00). */
const PREFIX = 'kv/atomic/';

/** @throws QuorateError `bucket-consistency`; nothing is changed then. */
export function claimAtomicBuckets(engine: Engine, configuration: NodeConfiguration): void {
  const known = knownAtomic(engine);
  for (const bucket of known) {
    if (!isAtomic(configuration, bucket)) throw mismatch(bucket, 'atomic', 'it is not');
  }
  const fresh = [...configuration.buckets.keys()].filter((bucket) => isAtomic(configuration, bucket) && !known.includes(bucket));
  for (const bucket of fresh) {
    if (hasRecords(engine, bucket, configuration.partitions)) throw mismatch(bucket, 'eventual', 'it is atomic');
  }
  if (fresh.length === 0) return;
  // No waiting: batches become durable in order, so the mark is there before the bucket's first record.
  engine.write(
    fresh.map((bucket) => ({ key: markOf(bucket), value: Uint8Array.of(1) })),
    () => {},
  );
}

function isAtomic({ buckets }: NodeConfiguration, bucket: string): boolean {
  return buckets.get(bucket)?.consistency === 'atomic';
}

function markOf(bucket: string): Uint8Array {
  return Uint8Array.from([0x00, ...Buffer.from(PREFIX + bucket)]);
}

function knownAtomic(engine: Engine): readonly string[] {
  const from = markOf('');
  const to = markOf('\x7f');
  return Array.from(engine.range({ from, to }), ({ key }) => Buffer.from(key.subarray(from.length)).toString('latin1'));
}

function hasRecords(engine: Engine, bucket: string, partitions: number): boolean {
  for (let partition = 0; partition < partitions; partition++) {
    for (const _entry of engine.range({ ...bucketRange(partition, bucket), limit: 1 })) return true;
  }
  return false;
}

function mismatch(bucket: string, was: string, configured: string): QuorateError {
  return new QuorateError({
    code: 'bucket-consistency',
    message: `The data of bucket '${bucket}' are ${was}, but the configuration says that ${configured}; a bucket is one or the other for life.`,
    outcome: 'not-applied',
    next: 'Restore the setting, and copy the keys to a new bucket that has the one you want.',
    data: { bucket },
  });
}
