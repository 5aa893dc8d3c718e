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
import { bringsNothing, isIntact, isTooOldAndTold, type ReplicaStore } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import { decodeHandedOver, type HandedOver, HINT_KIND } from './hint-frames.ts';
import { Homes } from './homes.ts';
import type { HintTraffic } from './traffic.ts';

export interface HintIntakeParts {
  readonly configuration: NodeConfiguration;
  readonly replica: ReplicaStore;
  readonly topology: { readonly nodeName: string; readonly ring: Ring };
  readonly background: Background;
  readonly hints: { readonly traffic: HintTraffic };
}

/** A page that is being stored. */
interface Page {
  readonly readIn: number;
  readonly hints: readonly HandedOver[];
  /** Per hint; 1: it is durable here. */
  readonly isStored: Uint8Array;
  /** Hints whose end is not known. */
  open: number;
  readonly onEnd: () => void;
}

export class HintIntake {
  readonly #parts: HintIntakeParts;
  readonly #homes: Homes;

  constructor(parts: HintIntakeParts) {
    this.#parts = parts;
    this.#homes = new Homes(parts.configuration);
  }

  /** @throws MalformedBytes before anything is stored. */
  take(link: Link, correlation: number, body: Reader): void {
    const { readIn, hints } = decodeHandedOver(new Reader(copyBytes(body.rest())));
    for (const { storageKey, checkedRecord } of hints) {
      parseStorageKey(storageKey);
      if (!isIntact(storageKey, checkedRecord)) throw new MalformedBytes('a hint that does not have its checksum');
    }
    const isStored = new Uint8Array(hints.length);
    const onEnd = (): void => {
      link.begin(HINT_KIND.delivered, correlation).bytes(isStored);
      link.commit();
    };
    if (hints.length === 0) {
      onEnd();
      return;
    }
    isTooOldAndTold(link, this.#parts.replica.eras, readIn);
    this.#storeFrom({ readIn, hints, isStored, open: hints.length, onEnd }, 0);
  }

  #storeFrom(page: Page, from: number): void {
    const { background } = this.#parts;
    const most = background.sliceBytes;
    let [to, bytes] = [from, 0];
    for (; to < page.hints.length && bytes < most; to++) {
      const { storageKey, checkedRecord } = page.hints[to] as HandedOver;
      bytes += storageKey.length + checkedRecord.length;
    }
    if (to === from) return;
    background.run('hints', bytes, () => {
      this.#store(page, from, to);
      this.#storeFrom(page, to);
    });
  }

  /**
   * What is another node's by now is refused: who holds the hint will hear of it, and take it there. What was read too long ago is not taken in either,
   * but its hint has done its work if it says nothing that is not here: else a node that left with hints would offer them for ever.
   */
  #store(page: Page, from: number, to: number): void {
    const { topology, replica, hints } = this.#parts;
    // When it is their turn: they may have waited for eras.
    const isTooOld = replica.eras.isTooOld(page.readIn);
    // What is offered in vain again and again brings nobody up to date.
    if (!isTooOld) hints.traffic.onTaken();
    const run: number[] = [];
    for (let index = from; index < to; index++) {
      const { storageKey, checkedRecord, policy } = page.hints[index] as HandedOver;
      const isMine = this.#homes.of(topology.ring, storageKey).includes(topology.nodeName);
      if (isMine && (!isTooOld || bringsNothing(replica.readOnce(storageKey), storageKey, checkedRecord, policy)))
        run.push(index);
      else end(page, [index], false);
    }
    if (run.length > 0) this.#merge(page, run);
  }

  #merge(page: Page, run: readonly number[]): void {
    try {
      this.#parts.replica.mergeAll(
        run.map((index) => page.hints[index] as HandedOver),
        (error) => end(page, run, error === undefined),
      );
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      end(page, run, false);
    }
  }
}

function end(page: Page, indexes: readonly number[], stored: boolean): void {
  for (const index of indexes) page.isStored[index] = stored ? 1 : 0;
  page.open -= indexes.length;
  if (page.open === 0) page.onEnd();
}
