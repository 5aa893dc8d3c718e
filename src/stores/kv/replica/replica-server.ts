/** Answers the frames of other coordinators from this node's records. */
import { clockSection, isOfState } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Instant, Link, OnDurable } from '../../../runtime/world/index.ts';
import { damagedRecord, storageFailed } from '../errors.ts';
import {
  decodeReplicaListing,
  decodeReplicaWrite,
  encodeError,
  encodeReplicaKeys,
  encodeReplicaRecord,
  KIND,
} from '../messages/index.ts';
import { CHECKSUM_BYTES, isIntact, recordOf } from './checked-record.ts';
import { refuseTooOld } from './refuse-too-old.ts';
import type { ReplicaStore } from './replica-store.ts';

/** Hears how long writes take to become durable here. */
export interface StorageWatch {
  now(): Instant;
  onStored(arrived: Instant): void;
}

export class ReplicaServer {
  readonly #store: ReplicaStore;
  readonly #nodeName: string;
  readonly #watch: StorageWatch;

  constructor(store: ReplicaStore, nodeName: string, watch: StorageWatch) {
    this.#store = store;
    this.#nodeName = nodeName;
    this.#watch = watch;
  }

  onRead(link: Link, correlation: number, body: Reader): void {
    const storageKey = body.bytes16();
    const known = body.rest();
    if (known.length > 0 && this.#store.isKnownToBe(storageKey, known)) {
      answer(link, KIND.replicaSame, correlation);
      return;
    }
    const local = this.#store.read(storageKey);
    switch (local.kind) {
      case 'damaged':
        answerError(link, correlation, damagedRecord(this.#nodeName, 'wrong checksum'));
        return;
      case 'none':
        // A coordinator that knows of no record either hears 'same'.
        answer(link, known.length === 0 ? KIND.replicaSame : KIND.replicaRecord, correlation);
        return;
      case 'record':
        if (known.length > 0 && isOfState(local.checked, known, CHECKSUM_BYTES)) {
          this.#store.remember(storageKey, known);
          answer(link, KIND.replicaSame, correlation);
        } else {
          const found = { readIn: this.#store.eras.current, checkedRecord: local.checked };
          encodeReplicaRecord(link.begin(KIND.replicaRecord, correlation), found);
          commitOrError(link, correlation);
        }
    }
  }

  onWrite(link: Link, correlation: number, body: Reader): void {
    const { storageKey, checkedRecord, policy, durability, readIn } = decodeReplicaWrite(body);
    if (!isIntact(storageKey, checkedRecord)) throw new MalformedBytes('a record that does not have its checksum');
    clockSection(recordOf(checkedRecord));
    if (refuseTooOld(link, correlation, this.#nodeName, this.#store.eras, readIn)) return;
    const arrived = this.#watch.now();
    const done: OnDurable = (error) => {
      if (error === undefined) {
        // A repair is nobody's foreground.
        if (correlation !== 0) this.#watch.onStored(arrived);
        if (durability === 'disk') answer(link, KIND.replicaStored, correlation);
      } else if (durability === 'disk') answerError(link, correlation, storageFailed(this.#nodeName, error.message, 'unknown'));
    };
    // Of the N replicas, the coordinator's writes durably at once (the paper, section 6.1); the others may hold it for a while.
    this.#store.merge(storageKey, checkedRecord, policy, done, durability === 'memory' ? 'lazy' : 'now');
    if (durability === 'memory') answer(link, KIND.replicaStored, correlation);
  }

  onList(link: Link, correlation: number, body: Reader): void {
    const keys = this.#store.list(decodeReplicaListing(body));
    encodeReplicaKeys(link.begin(KIND.replicaKeys, correlation), keys);
    link.commit();
  }
}

function answer(link: Link, kind: number, correlation: number): void {
  // Correlation 0: a repair, of which nobody wants to hear.
  if (correlation === 0) return;
  link.begin(kind, correlation);
  link.commit();
}

/** Merged versions may add up to more than a frame holds: then the coordinator hears that instead. */
function commitOrError(link: Link, correlation: number): void {
  try {
    link.commit();
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    answerError(link, correlation, error);
  }
}

function answerError(link: Link, correlation: number, error: QuorateError): void {
  if (correlation === 0) return;
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
}
