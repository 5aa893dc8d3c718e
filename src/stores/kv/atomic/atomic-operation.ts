/** One read or one write of an atomic register under way. The decisions are in `protocols/register`; this is their hands. */
import {
  type Coordination,
  type CoordinationEffects,
  countOf,
  majority,
  onAnswer,
  onDeadline,
  onFailed,
  onRecorded,
  onResend,
  queryAll,
  startCoordination,
  type Version,
} from '../../../protocols/register/index.ts';
import { clockSection, NO_VERSIONS, type Versions } from '../../../protocols/versions/index.ts';
import { copyBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Requester } from '../../../runtime/transport/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { type CoordinatorParts, type Expiring, isUp, type Target } from '../coordinator/index.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import { decodeChecked, encodeChecked, isIntact, recordOf } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { ATOMIC_KIND, decodeAnswer, encodeQuery, encodeRecording } from './messages.ts';
import { type Register, registerOf, versionOf } from './register.ts';

export interface AtomicOutcome {
  /** `record`: what the register held, or holds now; `undefined` for never written. */
  done(record: Uint8Array | undefined): void;
  fail(error: QuorateError): void;
}

/** Makes the state of a write, later than the given one. @throws nothing. */
export type MakeState = (latest: Versions, counter: number) => Versions;

/** Doubles each time: a slow replica is not to be buried in values. */
const FIRST_RESEND_MS = 250;

const QUERY = 0;
const RECORD = 1;

export class AtomicOperation implements Expiring, CoordinationEffects<Register>, Requester {
  deadline: Instant;
  deadlineSlot = 0;
  readonly #parts: CoordinatorParts;
  readonly #place: Place;
  readonly #timeoutMs: number;
  readonly #end: Instant;
  readonly #make: MakeState | undefined;
  readonly #outcome: AtomicOutcome;
  /** This node first: only a home replica coordinates. */
  readonly #homes: readonly Target[];
  readonly #state: Coordination<Register>;
  readonly #correlations: { readonly replica: number; readonly correlation: number }[] = [];
  #resendMs = FIRST_RESEND_MS;
  /** This node's record, to compare the others' with. */
  #own: Uint8Array | undefined;
  #answered = false;

  /** @param make - of a write what to write; a read has none. */
  constructor(
    parts: CoordinatorParts,
    place: Place,
    settings: BucketSettings,
    timeoutMs: number,
    make: MakeState | undefined,
    outcome: AtomicOutcome,
  ) {
    this.#parts = parts;
    this.#place = place;
    this.#timeoutMs = timeoutMs;
    this.#make = make;
    this.#outcome = outcome;
    this.#homes = parts.topology.replicas(place.partition, settings.n);
    const now = parts.world.clock.now();
    this.#end = now + timeoutMs;
    this.deadline = Math.min(this.#end, now + FIRST_RESEND_MS);
    this.#state = startCoordination(settings.n, make === undefined ? 'read' : 'write');
  }

  start(): void {
    const up = this.#homes.filter(isUp).length;
    const needed = majority(this.#state.groupSize);
    if (up < needed) {
      const missing = this.#homes.filter((home) => !isUp(home)).map(({ name }) => name);
      const verb = this.#state.intent;
      this.#outcome.fail(notEnoughReplicas(verb, { needed, answered: up, missing, outcome: 'not-applied' }));
      return;
    }
    this.#parts.deadlines.add(this);
    queryAll(this.#state, this);
  }

  /** The caller no longer waits; what is under way may end by itself. */
  cancel(): void {
    this.#answered = true;
  }

  onDeadline(): void {
    const now = this.#parts.world.clock.now();
    if (now >= this.#end) {
      onDeadline(this.#state, this);
      return;
    }
    this.#resendMs *= 2;
    this.deadline = Math.min(this.#end, now + this.#resendMs);
    onResend(this.#state, this);
  }

  query(replica: number): void {
    const peer = this.#homes[replica]?.peer;
    if (peer !== undefined) this.#remember(replica, peer.ask(ATOMIC_KIND.query, this, 2 * replica + QUERY));
    else if (replica === 0) this.#querySelf();
    else onFailed(this.#state, replica, 'query', this);
  }

  #querySelf(): void {
    const { storageKey } = this.#place;
    const local = this.#parts.replica.read(storageKey);
    const own = local.kind === 'record' ? copyBytes(local.checked) : undefined;
    const register = local.kind === 'damaged' ? undefined : registerOf(own);
    if (register === undefined) {
      onFailed(this.#state, 0, 'query', this);
      return;
    }
    this.#own = own;
    onAnswer(this.#state, 0, versionOf(register), this.#parts.replica.isDurable(storageKey), this);
  }

  record(replica: number): void {
    const peer = this.#homes[replica]?.peer;
    if (peer !== undefined) {
      this.#remember(replica, peer.ask(ATOMIC_KIND.record, this, 2 * replica + RECORD));
      return;
    }
    const checked = this.#state.version?.value?.checked;
    if (replica !== 0 || checked === undefined) {
      onFailed(this.#state, replica, 'record', this);
      return;
    }
    this.#parts.replica.merge(this.#place.storageKey, checked, 'register', (error) => {
      if (error === undefined) this.#recorded(0);
      else onFailed(this.#state, 0, 'record', this);
    });
  }

  #remember(replica: number, correlation: number): void {
    if (correlation !== 0) this.#correlations.push({ replica, correlation });
  }

  writeRequest(tag: number, writer: Writer): void {
    const { storageKey } = this.#place;
    const own = this.#own;
    if (tag % 2 === QUERY) encodeQuery(writer, storageKey, own === undefined ? undefined : clockSection(recordOf(own)));
    else encodeRecording(writer, storageKey, this.#state.version?.value?.checked ?? new Uint8Array(0));
  }

  onReply(tag: number, kind: number, body: Reader): void {
    const replica = tag >> 1;
    if (this.#isOver()) return;
    if (tag % 2 === QUERY && kind === ATOMIC_KIND.answer) this.#onAnswer(replica, body);
    else if (tag % 2 === RECORD && kind === ATOMIC_KIND.recorded) this.#recorded(replica);
    else onFailed(this.#state, replica, tag % 2 === QUERY ? 'query' : 'record', this);
  }

  #onAnswer(replica: number, body: Reader): void {
    const { isDurable, isSame, checkedRecord } = decodeAnswer(body);
    const isSound = isSame || checkedRecord.length === 0 || isIntact(this.#place.storageKey, checkedRecord);
    const checked = isSame ? this.#own : checkedRecord.length === 0 ? undefined : copyBytes(checkedRecord);
    const register = isSound ? registerOf(checked) : undefined;
    if (register === undefined) onFailed(this.#state, replica, 'query', this);
    else onAnswer(this.#state, replica, versionOf(register), isDurable, this);
  }

  #recorded(replica: number): void {
    if (!this.#isOver()) onRecorded(this.#state, replica, this);
  }

  /**
   * A process that slept may find answers in front of the timer that ends the request. They no longer count: nothing may come to
   * pass that long after it was asked for.
   */
  #isOver(): boolean {
    if (this.#parts.world.clock.now() < this.#end) return false;
    onDeadline(this.#state, this);
    return true;
  }

  onFailure(tag: number): void {
    onFailed(this.#state, tag >> 1, tag % 2 === QUERY ? 'query' : 'record', this);
  }

  choose(latest: Version<Register>): Version<Register> {
    const before = latest.value?.checked;
    const known = before === undefined ? NO_VERSIONS : decodeChecked(before);
    const state = this.#make?.(known, latest.timestamp.counter) ?? known;
    const register = registerOf(encodeChecked(this.#place.storageKey, state));
    return register === undefined ? latest : versionOf(register);
  }

  done({ value }: Version<Register>): void {
    this.#finish();
    if (this.#answered) return;
    this.#answered = true;
    this.#outcome.done(value?.checked === undefined ? undefined : recordOf(value.checked));
  }

  failed(reason: 'too-few' | 'deadline', begun: boolean): void {
    this.#finish();
    if (this.#answered) return;
    this.#answered = true;
    const { answered, recorded, intent, groupSize } = this.#state;
    const heard = begun ? recorded : answered;
    const missing = this.#homes.filter((_home, index) => (heard & (1 << index)) === 0).map(({ name }) => name);
    const outcome = begun ? 'unknown' : 'not-applied';
    const shortfall = { needed: majority(groupSize), answered: countOf(heard), missing, outcome } as const;
    this.#outcome.fail(
      reason === 'deadline' ? timedOut(intent, this.#timeoutMs, shortfall) : notEnoughReplicas(intent, shortfall),
    );
  }

  #finish(): void {
    this.#parts.deadlines.remove(this);
    for (const { replica, correlation } of this.#correlations) this.#homes[replica]?.peer?.cancel(correlation);
  }
}
