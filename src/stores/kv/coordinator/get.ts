/**
 * One read under way: asks the replicas, merges, answers at R, repairs who was behind. The decisions are in `protocols/quorum`;
 * this is their hands.
 */

import { hedgeDelayMs, isSilent, MOST_DELAY_MS, mayHedge, onAnswer, onHeard, onRead } from '../../../protocols/hedging/index.ts';
import {
  askFirst,
  bitCount,
  onHedge,
  onReadDeadline,
  onReadFailed,
  onRecord,
  type ReadEffects,
  type ReadState,
  type ReplicaIndex,
  startRead,
} from '../../../protocols/quorum/index.ts';
import { clockSection, decodeRecord, encodeRecord, mergeBy, type Policy } from '../../../protocols/versions/index.ts';
import { copyBytes, type Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Requester, RequestFailure } from '../../../runtime/transport/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { HINT_KIND } from '../hints/index.ts';
import { decodeReplicaRecord, encodeReplicaRead, KIND } from '../messages/index.ts';
import { isIntact, recordOf, tellEra } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import type { Expiring } from './deadlines.ts';
import { measureStaleness } from './measure-staleness.ts';
import { notRead } from './not-read.ts';
import type { CoordinatorParts } from './parts.ts';
import { ReadAge } from './read-age.ts';
import { repairReplica } from './read-repair.ts';
import { isAnyReluctant, readSlots, reluctantLast } from './slots.ts';
import type { Target } from './topology.ts';

/**
 * One read in so many asks all replicas and repairs whoever is behind; the others ask only R, in turn. The paper asks all N each
 * time (section 4.5); measured here that costs a third of the throughput and finds nothing new on most reads.
 */
const READS_PER_SURVEY = 16;
/** So many reads one after the other ask the same replicas: those of a turn of the event loop then leave in few system calls. */
const READS_PER_ROTATION = 16;

export interface GetOutcome {
  found(record: Uint8Array | undefined): void;
  fail(error: QuorateError): void;
}

export class GetOperation implements Expiring, ReadEffects, Requester {
  deadline: Instant;
  deadlineSlot = 0;
  readonly #parts: CoordinatorParts;
  readonly #place: Place;
  readonly #settings: BucketSettings;
  readonly #timeoutMs: number;
  readonly #start: Instant;
  readonly #end: Instant;
  readonly #outcome: GetOutcome;
  readonly #targets: readonly Target[];
  /** Per target, the home it stands in for; `undefined` when there are no stand-ins. */
  readonly #standsInFor: readonly (string | undefined)[] | undefined;
  readonly #homes: readonly Target[];
  readonly #correlations: number[] = [];
  readonly #isSurvey: boolean;
  /** A survey made for a damaged record: it makes no other. */
  readonly #isMending: boolean;
  readonly #state: ReadState;
  readonly #age: ReadAge;
  /** This node's record, to compare the others' with, if it was there before they were asked. */
  #own: Uint8Array | undefined;
  #areOthersAsked = false;
  #damaged = 0;
  #answered = false;

  /** @param isMending - ask all replicas whatever `r` is, to repair a damaged one; no stand-ins. */
  constructor(
    parts: CoordinatorParts,
    place: Place,
    settings: BucketSettings,
    r: number,
    timeoutMs: number,
    strict: boolean,
    outcome: GetOutcome,
    isMending = false,
  ) {
    this.#parts = parts;
    this.#place = place;
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#outcome = outcome;
    this.#homes = parts.topology.replicas(place.partition, settings.n);
    const turn = parts.nextRead();
    this.#isMending = isMending;
    this.#isSurvey = isMending || turn % READS_PER_SURVEY === 0;
    this.#targets = parts.topology.readTargets(place.partition, settings.n, Math.floor(turn / READS_PER_ROTATION));
    if (!strict && !isMending && this.#targets.length < this.#homes.length) {
      const slots = readSlots(parts.topology, place.partition, settings.n, this.#targets);
      this.#targets = slots.targets;
      this.#standsInFor = slots.standsInFor;
    }
    this.#start = parts.world.clock.now();
    // Before stand-ins, which have hints only, even a home that has just come back is asked.
    const since = this.#standsInFor === undefined ? this.#start : Number.POSITIVE_INFINITY;
    if (!this.#isSurvey && isAnyReluctant(this.#targets, r, since)) {
      const slots = reluctantLast(this.#targets, this.#standsInFor, since);
      this.#targets = slots.targets;
      this.#standsInFor = slots.standsInFor;
    }
    this.#age = new ReadAge(parts.replica.eras);
    this.#end = this.#start + timeoutMs;
    this.deadline = Math.min(this.#end, this.#start + this.#hedgeDelayMs(r));
    onRead(parts.hedgeBudget);
    this.#state = startRead(r, this.#targets.length, settings.conflict);
  }

  /** Whether what it found may have been deleted and forgotten since. */
  get isStale(): boolean {
    return this.#age.isStale;
  }

  start(): void {
    const { needed, available } = this.#state;
    if (available < needed) {
      this.notFound('too-few');
      return;
    }
    this.#parts.deadlines.add(this);
    askFirst(this.#state, this.#isSurvey ? available : needed, this);
  }

  /** The caller no longer waits; what is under way may end by itself. */
  cancel(): void {
    this.#answered = true;
  }

  /** A replica that has not answered after this long is not waited for, if it may be: the others are asked. */
  #hedgeDelayMs(r: number): number {
    let delay = 0;
    for (let replica = 0; replica < r; replica++) {
      const target = this.#targets[replica];
      if (target?.peer !== undefined) delay = Math.max(delay, hedgeDelayMs(target.latency));
    }
    return delay === 0 ? MOST_DELAY_MS : delay;
  }

  onDeadline(): void {
    const now = this.#parts.world.clock.now();
    if (now >= this.#end) {
      onReadDeadline(this.#state, this);
      return;
    }
    const { asked, answered, available } = this.#state;
    const spares = available - bitCount(asked);
    const awaited = this.#targets.filter((_target, replica) => (asked & ~answered & (1 << replica)) !== 0);
    const heardAt = Math.min(...awaited.map(({ latency }) => latency.heardAt));
    if (spares > 0 && !mayHedge(this.#parts.hedgeBudget, spares, this.#start, heardAt, now)) {
      // Later it may turn out to be silent.
      const waited = now - this.#start < MOST_DELAY_MS ? this.#start : now;
      this.deadline = Math.min(this.#end, waited + MOST_DELAY_MS);
      return;
    }
    for (const { latency } of awaited) if (isSilent(latency, this.#start, now)) latency.isSilent = true;
    this.deadline = this.#end;
    onHedge(this.#state, this);
  }

  ask(replica: ReplicaIndex): void {
    const { peer } = this.#targets[replica] as Target;
    if (peer === undefined) {
      this.#askSelf(replica);
      return;
    }
    const kind = this.#standsInFor?.[replica] === undefined ? KIND.replicaRead : HINT_KIND.find;
    this.#areOthersAsked = true;
    this.#correlations[replica] = peer.ask(kind, this, replica);
  }

  writeRequest(_replica: ReplicaIndex, writer: Writer): void {
    const own = this.#own;
    encodeReplicaRead(writer, this.#place.storageKey, own === undefined ? undefined : clockSection(own));
  }

  onFailure(replica: ReplicaIndex, failure: RequestFailure, detail: string): void {
    this.#parts.world.log.debug('a replica did not answer a read', { replica: this.#targets[replica]?.name, failure, detail });
    onReadFailed(this.#state, replica, this);
  }

  #askSelf(replica: ReplicaIndex): void {
    const { eras } = this.#parts.replica;
    if (eras.isUnsure) {
      eras.onceSure(() => this.#askSelf(replica));
      return;
    }
    if (eras.hasMissed) {
      onReadFailed(this.#state, replica, this);
      return;
    }
    if (this.#standsInFor?.[replica] !== undefined) {
      this.#foundHere(replica, this.#parts.hints.find(this.#place.storageKey, this.#settings.conflict));
      return;
    }
    const local = this.#parts.replica.read(this.#place.storageKey);
    if (local.kind === 'damaged') {
      this.#damaged |= 1 << replica;
      onReadFailed(this.#state, replica, this);
      return;
    }
    this.#foundHere(replica, local.kind === 'record' ? copyBytes(recordOf(local.checked)) : undefined);
  }

  #foundHere(replica: ReplicaIndex, record: Uint8Array | undefined): void {
    // Whoever was asked without it says 'same' when it has none.
    if (!this.#areOthersAsked) this.#own = record;
    onRecord(this.#state, replica, record, this);
  }

  onReply(replica: ReplicaIndex, kind: number, body: Reader): void {
    // Of those that were asked at the beginning: the others were asked later.
    const now = this.#parts.world.clock.now();
    const { peer, latency } = this.#targets[replica] as Target;
    if (replica < this.#state.needed) onAnswer(latency, now - this.#start, now);
    else onHeard(latency, now);
    if (kind === KIND.replicaSame) {
      onRecord(this.#state, replica, this.#own, this);
      return;
    }
    if (kind === KIND.replicaRecord) {
      const found = decodeReplicaRecord(body);
      if (found === undefined) {
        onRecord(this.#state, replica, undefined, this);
        return;
      }
      const { readIn, checkedRecord } = found;
      if (this.#age.isPast(readIn)) {
        // What that disk has may have been deleted and forgotten since. Nobody is repaired with it either.
        if (peer !== undefined) tellEra(peer, this.#parts.replica.eras);
        onReadFailed(this.#state, replica, this);
        return;
      }
      if (isIntact(this.#place.storageKey, checkedRecord)) {
        this.#age.found(readIn);
        onRecord(this.#state, replica, copyBytes(recordOf(checkedRecord)), this);
        return;
      }
    }
    // An error of the replica, or bytes damaged on the way: either way it has given no answer, and gets the right record.
    this.#damaged |= 1 << replica;
    onReadFailed(this.#state, replica, this);
  }

  merge(a: Uint8Array, b: Uint8Array, policy: Policy): Uint8Array {
    const writer = new Writer(a.length + b.length);
    encodeRecord(writer, mergeBy(policy, decodeRecord(a), decodeRecord(b)));
    return writer.view();
  }

  found(record: Uint8Array | undefined): void {
    // From here on the read only waits for the remaining answers, to repair; its limit is the caller's.
    this.deadline = this.#end;
    if (this.#answered) return;
    this.#answered = true;
    this.#outcome.found(record);
  }

  notFound(reason: 'too-few' | 'deadline'): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#outcome.fail(notRead(reason, this.#timeoutMs, this.#state, this.#homes, this.#targets));
  }

  /** Only homes: a stand-in holds what was written while it stood in, and no more. */
  repair(replica: ReplicaIndex, record: Uint8Array): void {
    if (this.#standsInFor?.[replica] !== undefined) return;
    const { storageKey } = this.#place;
    const repair = { storageKey, settings: this.#settings, age: this.#age, record };
    repairReplica(this.#parts, this.#targets[replica] as Target, repair);
  }

  finished(): void {
    this.#parts.deadlines.remove(this);
    const { merged, answered } = this.#state;
    for (let replica = 0; replica < this.#targets.length; replica++) {
      const correlation = this.#correlations[replica];
      if (correlation !== undefined && (answered & (1 << replica)) === 0) this.#targets[replica]?.peer?.cancel(correlation);
      if ((this.#damaged & (1 << replica)) !== 0 && merged !== undefined) this.repair(replica, merged);
    }
    if (this.#isSurvey && !this.#isMending && this.#standsInFor === undefined) {
      measureStaleness(this.#parts.meters, this.#settings, this.#state, this.#parts.world.clock);
    }
    if (this.#damaged !== 0 && !this.#isMending) this.#survey();
  }

  /** A damaged record is mended from all others, also when the read that found it needed none of them, or failed. */
  #survey(): void {
    const unheard: GetOutcome = { found: () => {}, fail: () => {} };
    new GetOperation(this.#parts, this.#place, this.#settings, 1, this.#timeoutMs, true, unheard, true).start();
  }
}
