/** Answers coordinators for which this node stands in. */
import { clockSection, decodeRecord, encodeRecord, isOfState, mergeBy } from '../../../protocols/versions/index.ts';
import { copyBytes, MalformedBytes, type Reader, Writer } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { storageFailed } from '../errors.ts';
import { encodeError, encodeReplicaRecord, KIND } from '../messages/index.ts';
import { isIntact, type ReplicaStore, recordOf, refuseTooOld, withChecksum } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import { decodeHintWrite, HINT_KIND } from './hint-frames.ts';
import { HintIntake, type HintIntakeParts } from './hint-intake.ts';
import type { HintStore } from './hint-store.ts';

interface HintServerParts extends HintIntakeParts {
  readonly hints: HintStore;
  readonly membership?: { readonly refusal: QuorateError | undefined };
}

type FrameHandler = (link: Link, correlation: number, body: Reader) => void;

export class HintServer {
  readonly #configuration: NodeConfiguration;
  readonly #hints: HintStore;
  readonly #replica: ReplicaStore;
  readonly #membership: HintServerParts['membership'];
  readonly frames: ReadonlyMap<FrameKind, FrameHandler>;

  constructor({ configuration, hints, replica, topology, background, membership }: HintServerParts) {
    this.#membership = membership;
    this.#configuration = configuration;
    this.#hints = hints;
    this.#replica = replica;
    const intake = new HintIntake({ configuration, replica, topology, background, hints });
    this.frames = new Map<FrameKind, FrameHandler>([
      [HINT_KIND.hold, (link, correlation, body) => this.#onHold(link, correlation, body)],
      [HINT_KIND.find, (link, correlation, body) => this.#onFind(link, correlation, body)],
      [HINT_KIND.deliver, (link, correlation, body) => intake.take(link, correlation, body)],
    ]);
  }

  #onHold(link: Link, correlation: number, body: Reader): void {
    const { target, storageKey, checkedRecord, policy, durability, readIn } = decodeHintWrite(body);
    if (!isIntact(storageKey, checkedRecord)) throw new MalformedBytes('a record that does not have its checksum');
    const { nodeName } = this.#configuration;
    // Asked by a coordinator that has not heard that it left. The eras go on without it, so nobody would take the hint from it then.
    const refusal = this.#membership?.refusal;
    if (refusal !== undefined) {
      answerError(link, correlation, refusal);
      return;
    }
    if (refuseTooOld(link, correlation, nodeName, this.#replica.eras, readIn)) return;
    const stored = (error?: Error): void => {
      if (durability === 'memory') return;
      if (error === undefined) answer(link, KIND.replicaStored, correlation);
      else answerError(link, correlation, storageFailed(nodeName, error.message, 'unknown'));
    };
    try {
      // By the ring of a coordinator that is behind, or ahead: what is for this node needs no hint.
      if (target === nodeName) this.#replica.merge(storageKey, checkedRecord, policy, stored);
      else this.#hints.hold({ target, storageKey, policy, checkedRecord }, stored);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      answerError(link, correlation, error);
      return;
    }
    if (durability === 'memory') answer(link, KIND.replicaStored, correlation);
  }

  #onFind(link: Link, correlation: number, body: Reader): void {
    const storageKey = copyBytes(body.bytes16());
    const known = body.rest();
    try {
      const record = this.#find(storageKey);
      if (record === undefined) answer(link, known.length === 0 ? KIND.replicaSame : KIND.replicaRecord, correlation);
      else if (known.length > 0 && isOfState(record, known)) answer(link, KIND.replicaSame, correlation);
      else {
        const found = { readIn: this.#replica.eras.current, checkedRecord: withChecksum(storageKey, record) };
        encodeReplicaRecord(link.begin(KIND.replicaRecord, correlation), found);
        link.commit();
      }
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      answerError(link, correlation, error);
    }
  }

  /** What is held for others, and what this node has itself from a time when it was a home: both may be news. */
  #find(storageKey: Uint8Array): Uint8Array | undefined {
    const { bucket } = parseStorageKey(storageKey);
    const { conflict } = this.#configuration.buckets.get(bucket) ?? this.#configuration.defaults;
    const held = this.#hints.find(storageKey, conflict);
    const own = this.#replica.read(storageKey);
    if (own.kind !== 'record') return held;
    const record = recordOf(own.checked);
    if (held === undefined || isOfState(held, clockSection(record))) return record;
    const writer = new Writer(held.length + record.length);
    encodeRecord(writer, mergeBy(conflict, decodeRecord(held), decodeRecord(record)));
    return writer.view();
  }
}

function answer(link: Link, kind: number, correlation: number): void {
  link.begin(kind, correlation);
  link.commit();
}

function answerError(link: Link, correlation: number, error: QuorateError): void {
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
}
