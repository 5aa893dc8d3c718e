/**
 * The ring as a client knows it, so that a request goes straight to a home replica of its key (the Dynamo paper, section 6.4,
 * client-driven coordination). It may be behind: then the node that is asked passes the request on, as for a client that knows none.
 */
import { parseRing } from '../inspection.ts';
import type { ClusterStatus, RingDescription } from '../interface.ts';
import { partitionOfKey } from '../storage-key.ts';

export class RingView {
  readonly #buckets: ClusterStatus['buckets'];
  #ring: RingDescription | undefined;
  /** Names of the homes, per number of replicas and partition. */
  readonly #homes = new Map<number, (readonly string[] | undefined)[]>();

  constructor(buckets: ClusterStatus['buckets']) {
    this.#buckets = buckets;
  }

  /** `undefined` while none is known. */
  get version(): string | undefined {
    return this.#ring?.version;
  }

  /** Names of the nodes that have a part in it. */
  get nodes(): readonly string[] {
    return this.#ring?.nodes ?? [];
  }

  /** One that is known, or that fewer changes have led to, is not taken. @throws QuorateError `malformed-reply` */
  update(json: string): { readonly told: string; readonly isNews: boolean } {
    const ring = parseRing(json);
    const told = ring.version;
    const isOlder = (ring.changes ?? Number.POSITIVE_INFINITY) < (this.#ring?.changes ?? 0);
    if (told === this.version || isOlder) return { told, isNews: false };
    this.#ring = ring;
    this.#homes.clear();
    return { told, isNews: true };
  }

  /** `undefined`: any node will do, or nothing is known. */
  homesOf(bucket: string, key: Uint8Array): readonly string[] | undefined {
    const ring = this.#ring;
    const n = (this.#buckets[bucket] ?? this.#buckets['*'])?.n;
    if (ring === undefined || n === undefined || ring.nodes.length <= n) return undefined;
    let known = this.#homes.get(n);
    if (known === undefined) {
      known = new Array<readonly string[] | undefined>(ring.partitions).fill(undefined);
      this.#homes.set(n, known);
    }
    const partition = partitionOfKey(bucket, key, ring.partitions);
    const homes = known[partition] ?? (ring.preferenceLists[partition] ?? []).slice(0, n).map((node) => ring.nodes[node] ?? '');
    known[partition] = homes;
    return homes;
  }
}
