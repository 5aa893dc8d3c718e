/** Who the homes of records are. */
import type { Ring } from '../../../protocols/ring/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { bucketPrefixBytes, parseStorageKey } from '../storage-key.ts';

/** Of many records in turn: those of a bucket and partition have the same homes, and mostly come one after the other. */
export class Homes {
  readonly #configuration: Pick<NodeConfiguration, 'buckets' | 'defaults'>;
  #ring: Ring | undefined;
  #prefix: Uint8Array = new Uint8Array(0);
  #homes: readonly string[] = [];

  constructor(configuration: Pick<NodeConfiguration, 'buckets' | 'defaults'>) {
    this.#configuration = configuration;
  }

  /** @throws MalformedBytes */
  of(ring: Ring, storageKey: Uint8Array): readonly string[] {
    if (ring === this.#ring && this.#isLikeLast(storageKey)) return this.#homes;
    const { partition, bucket } = parseStorageKey(storageKey);
    const { buckets, defaults } = this.#configuration;
    this.#homes = ring.replicas(partition, (buckets.get(bucket) ?? defaults).n);
    this.#ring = ring;
    this.#prefix = storageKey.slice(0, bucketPrefixBytes(storageKey));
    return this.#homes;
  }

  #isLikeLast(storageKey: Uint8Array): boolean {
    const prefix = this.#prefix;
    for (let index = 0; index < prefix.length; index++) if (storageKey[index] !== prefix[index]) return false;
    return prefix.length > 0;
  }
}
