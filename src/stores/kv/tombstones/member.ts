/** A member that is asked whether it is clear of tombstones, and told to drop them. */
import { isClear, isPromiseOver } from '../../../protocols/tombstone-collection/index.ts';
import { clockSection, isOfState, isTombstoneRecord } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { CHECKSUM_BYTES, isIntact, recordOf } from '../replica/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';
import {
  type Dropped,
  decodeDropped,
  decodeQuestion,
  encodeStandings,
  type Question,
  REPLY,
  type Standing,
  TOMBSTONE_KIND,
  type Tombstone,
} from './frames.ts';
import type { Shape } from './shape.ts';

export class Member {
  readonly #parts: ServiceParts;
  readonly #shape: Shape;

  constructor(parts: ServiceParts, shape: Shape) {
    this.#parts = parts;
    this.#shape = shape;
  }

  get frames(): readonly [FrameKind, FrameHandler][] {
    return [
      [TOMBSTONE_KIND.ask, (link, correlation, body) => this.#onAsk(link, correlation, body)],
      [TOMBSTONE_KIND.drop, (_link, _correlation, body) => this.drop(decodeDropped(body))],
    ];
  }

  #onAsk(link: Link, correlation: number, body: Reader): void {
    this.answer(decodeQuestion(body), (standings) => {
      encodeStandings(link.begin(TOMBSTONE_KIND.ask | REPLY, correlation), standings);
      link.commit();
    });
  }

  /**
   * What this node has of each key, once that is durable; nothing when it cannot say.
   * @throws MalformedBytes
   */
  answer({ era, shape, tombstones }: Question, answer: (standings: readonly Standing[]) => void): void {
    const { replica, world } = this.#parts;
    if (shape === '' || shape !== this.#shape.now || isPromiseOver(replica.eras.current, era) || replica.failure !== undefined) {
      answer([]);
      return;
    }
    const standings = tombstones.map((tombstone) => this.#standing(tombstone, era));
    // Behind all that was looked at: what is told must be there after a crash, too.
    world.engine.write([], (error) => answer(error === undefined ? standings : []));
  }

  #standing({ storageKey, checked }: Tombstone, era: number): Standing {
    const { replica, hints } = this.#parts;
    if (!isIntact(storageKey, checked) || !isTombstoneRecord(checked, CHECKSUM_BYTES)) throw new MalformedBytes('no tombstone');
    const local = replica.read(storageKey);
    const own =
      local.kind === 'none'
        ? 'none'
        : local.kind === 'record' && isSameTombstone(local.checked, clockSection(recordOf(checked)))
          ? 'same'
          : 'other';
    const hasHint = hints.find(storageKey) !== undefined;
    if (!isClear({ isHome: this.#isHome(storageKey), own, hasHint }))
      return hasHint ? 'holds a hint' : own === 'none' ? 'has none' : 'has another record';
    replica.eras.promise(storageKey, checked, era);
    return own === 'same' ? 'clear: has the tombstone' : 'clear: has none';
  }

  #isHome(storageKey: Uint8Array): boolean {
    const { seating, configuration, topology } = this.#parts;
    const { partition, bucket } = parseStorageKey(storageKey);
    const { n } = configuration.buckets.get(bucket) ?? configuration.defaults;
    return seating.wanted.replicas(partition, n).some((name) => name === topology.nodeName);
  }

  drop(dropped: readonly Dropped[]): void {
    for (const { storageKey, section } of dropped) this.#parts.replica.drop(storageKey, section, () => {});
  }
}

/** Of expired values the section alone does not tell whether they have been let go here. */
function isSameTombstone(checked: Uint8Array, section: Uint8Array): boolean {
  return isOfState(checked, section, CHECKSUM_BYTES) && isTombstoneRecord(checked, CHECKSUM_BYTES);
}
