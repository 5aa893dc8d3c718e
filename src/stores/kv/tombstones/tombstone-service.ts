/** The node service that forgets deletions when nobody can bring back what was deleted. See docs/repair.md. */

import { isTombstoneRecord } from '../../../protocols/versions/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import { CHECKSUM_BYTES } from '../replica/index.ts';
import type { Explainer, Explanation, NodeService, Topic } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { Collector } from './collector.ts';
import { EraPace } from './era-pace.ts';
import { Member } from './member.ts';
import { Shape } from './shape.ts';
import { TombstoneIndex } from './tombstone-index.ts';

/** Counted, at most: whoever asks wants to know whether there are few or many. */
const MOST_COUNTED = 10_000;

export class TombstoneService implements NodeService {
  readonly #parts: ServiceParts;
  readonly #index: TombstoneIndex;
  readonly #pace: EraPace;
  readonly #collector: Collector;
  readonly frames: NonNullable<NodeService['frames']>;
  readonly topics: ReadonlyMap<string, Topic>;
  readonly explainers: ReadonlyMap<string, Explainer>;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    const { world, configuration, replica } = parts;
    const shape = new Shape(parts);
    const member = new Member(parts, shape);
    this.#index = new TombstoneIndex(world.engine, configuration);
    this.#pace = new EraPace(parts, shape);
    this.#collector = new Collector(parts, this.#index, this.#pace, member);
    replica.observeWrites((storageKey, before, after, batch) => this.#index.onWrite(storageKey, before, after, batch));
    this.frames = new Map([...this.#pace.frames, ...member.frames]);
    this.topics = new Map([['tombstones', () => this.#describe()]]);
    this.explainers = new Map([['key', (argument) => this.#explain(argument)]]);
  }

  start(): void {
    this.#pace.start();
    this.#collector.start();
  }

  stop(): void {
    this.#collector.stop();
    this.#pace.stop();
  }

  #describe(): Json {
    const { tombstones, more } = this.#index.count(MOST_COUNTED);
    return {
      tombstones,
      more,
      underWay: this.#collector.underWay,
      collected: this.#collector.collected,
      era: this.#parts.replica.eras.current,
      missing: [...this.#pace.missing],
      waitFor: { ...this.#collector.reasons.counts },
      hasMissedEras: this.#parts.replica.eras.hasMissed,
    };
  }

  #explain(argument: Json | undefined): readonly Explanation[] {
    const { topology, replica } = this.#parts;
    if (typeof argument !== 'object' || argument === null || !('bucket' in argument) || !('key' in argument))
      throw badRequest('names no bucket and key: {"bucket": text, "key": text}');
    const { bucket, key } = argument;
    const { storageKey } = topology.place(String(bucket), Buffer.from(String(key)));
    const local = replica.read(storageKey);
    const explanations: Explanation[] = [];
    if (local.kind === 'record' && isTombstoneRecord(local.checked, CHECKSUM_BYTES)) {
      const next = this.#pace.missing.length > 0 ? 'Bring them back, or remove them from the cluster.' : '';
      explanations.push({ what: `the tombstone at ${topology.nodeName}`, waitsFor: this.#collector.waitsFor(storageKey), next });
    }
    if (this.#parts.replica.eras.hasMissed) {
      explanations.push({
        what: `all records at ${topology.nodeName}, which are from before deletions that the other nodes have forgotten`,
        waitsFor: 'an administrator',
        next: `Stop ${topology.nodeName}, empty its directory, and start it again: the others fill it.`,
      });
    }
    return explanations;
  }
}
