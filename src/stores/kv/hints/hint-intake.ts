/**
 * The side that hints are handed over to: stores them in slices of background work of its own, for it has requests to answer too, and several
 * that stood in for it hand over at once.
 */
import type { Ring } from '../../../protocols/ring/index.ts';
import { copyBytes, MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Link } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { isIntact, type ReplicaStore } from '../replica/index.ts';
import { decodeHandedOver, type HandedOver, HINT_KIND } from './hint-frames.ts';
import { homesOf } from './homes.ts';
import type { HintTraffic } from './traffic.ts';

/** Stored at a time, about. */
const SLICE_BYTES = 4 * 1024;

export interface HintIntakeParts {
  readonly configuration: NodeConfiguration;
  readonly replica: ReplicaStore;
  readonly topology: { readonly nodeName: string; readonly ring: Ring };
  readonly background: Background;
  readonly hints: { readonly traffic: HintTraffic };
}

export class HintIntake {
  readonly #parts: HintIntakeParts;

  constructor(parts: HintIntakeParts) {
    this.#parts = parts;
  }

  /** @throws MalformedBytes before anything is stored. */
  take(link: Link, correlation: number, body: Reader): void {
    const { readIn, hints } = decodeHandedOver(new Reader(copyBytes(body.rest())));
    for (const { storageKey, checkedRecord } of hints)
      if (!isIntact(storageKey, checkedRecord)) throw new MalformedBytes('a hint that does not have its checksum');
    const isStored = new Uint8Array(hints.length);
    let open = hints.length;
    const onEnd = (index: number, stored: boolean): void => {
      isStored[index] = stored ? 1 : 0;
      if (--open > 0) return;
      link.begin(HINT_KIND.delivered, correlation).bytes(isStored);
      link.commit();
    };
    this.#storeFrom(readIn, hints, 0, onEnd);
  }

  #storeFrom(readIn: number, hints: readonly HandedOver[], from: number, onEnd: (index: number, stored: boolean) => void): void {
    let [to, bytes] = [from, 0];
    for (; to < hints.length && bytes < SLICE_BYTES; to++) {
      const { storageKey, checkedRecord } = hints[to] as HandedOver;
      bytes += storageKey.length + checkedRecord.length;
    }
    if (to === from) return;
    this.#parts.background.run('hints', bytes, () => {
      this.#parts.hints.traffic.onTaken();
      // When it is their turn: they may have waited for eras.
      const isTooOld = this.#parts.replica.eras.isTooOld(readIn);
      for (let index = from; index < to; index++) {
        if (isTooOld) onEnd(index, false);
        else this.#store(hints[index] as HandedOver, (stored) => onEnd(index, stored));
      }
      this.#storeFrom(readIn, hints, to, onEnd);
    });
  }

  /** What is another node's by now is refused: who holds the hint will hear of it, and take it there. */
  #store({ policy, storageKey, checkedRecord }: HandedOver, onEnd: (stored: boolean) => void): void {
    const { topology, configuration, replica } = this.#parts;
    if (!homesOf(topology.ring, configuration, storageKey).includes(topology.nodeName)) {
      onEnd(false);
      return;
    }
    try {
      replica.merge(storageKey, checkedRecord, policy, (error) => onEnd(error === undefined));
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      onEnd(false);
    }
  }
}
