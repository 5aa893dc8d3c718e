/** One read or one write of an atomic register under way. The decisions are in `protocols/register`; this is their hands. */
import {
  type Coordination,
  type CoordinationEffects,
  countOf,
  majority,
  onAnswer,
  onDeadline,
  onFailed,
  onReconfigured,
  onRecorded,
  onResend,
  queryAll,
  startCoordination,
  type Version,
} from '../../../protocols/register/index.ts';
import { clockSection, NO_VERSIONS, type Versions } from '../../../protocols/versions/index.ts';
import { copyBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer, Requester } from '../../../runtime/transport/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { type Expiring, isUp } from '../coordinator/index.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import { readSeats, type SeatsView } from '../register-seats/index.ts';
import { decodeChecked, encodeChecked, isIntact, recordOf } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { type AtomicParts, type Home, homesOf } from './homes.ts';
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
  readonly #parts: AtomicParts;
  readonly #place: Place;
  readonly #timeoutMs: number;
  readonly #end: Instant;
  readonly #make: MakeState | undefined;
  readonly #outcome: AtomicOutcome;
  readonly #n: number;
  /** The seats that replicas are asked for, as this node knew them when the phase began. */
  #view: SeatsView;
  /** By replica: its seat, and who holds it. That of this node first, so that the others can be asked whether they have the same. */
  #homes: readonly Home[];
  readonly #state: Coordination<Register>;
  #correlations: { readonly peer: Peer; readonly correlation: number }[] = [];
  /** Someone knows of later seats. */
  #isOutdated = false;
  #resendMs = FIRST_RESEND_MS;
  /** This node's record, to compare the others' with. */
  #own: Uint8Array | undefined;
  #answered = false;

  /** @param make - of a write what to write; a read has none. */
  constructor(
    parts: AtomicParts,
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
    this.#n = settings.n;
    this.#view = parts.registerSeats.view(settings.n, place.partition);
    this.#homes = homesOf(this.#view, parts.topology);
    const now = parts.world.clock.now();
    this.#end = now + timeoutMs;
    this.deadline = Math.min(this.#end, now + FIRST_RESEND_MS);
    this.#state = startCoordination(settings.n, make === undefined ? 'read' : 'write');
  }

  start(): void {
    const missing = this.#homes.filter(({ target }) => target === undefined || !isUp(target)).map(({ name }) => name);
    const up = this.#n - missing.length;
    const needed = majority(this.#state.groupSize);
    if (up < needed) {
      const verb = this.#state.intent;
      this.#outcome.fail(notEnoughReplicas(verb, { needed, answered: up, missing, outcome: 'not-applied' }));
      return;
    }
    this.#parts.deadlines.add(this);
    queryAll(this.#state, this);
    this.#followSeats();
  }

  /** Begins the phase anew if the seats have changed since. */
  #followSeats(): void {
    const { registerSeats } = this.#parts;
    while (this.#isOutdated && this.#state.phase !== 'finished') {
      this.#isOutdated = false;
      const view = registerSeats.view(this.#n, this.#place.partition);
      if (view === this.#view) return;
      this.#forget();
      this.#view = view;
      this.#homes = homesOf(view, this.#parts.topology);
      onReconfigured(this.#state, this);
    }
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
    if (this.#parts.registerSeats.view(this.#n, this.#place.partition) === this.#view) onResend(this.#state, this);
    else this.#isOutdated = true;
    this.#followSeats();
  }

  query(replica: number): void {
    const target = this.#homes[replica]?.target;
    if (target?.peer !== undefined) this.#remember(target.peer, target.peer.ask(ATOMIC_KIND.query, this, 2 * replica + QUERY));
    else if (target === undefined || !this.#mayAnswer(replica)) onFailed(this.#state, replica, 'query', this);
    else this.#querySelf(replica);
  }

  /** Whether this node may, of its own seat. */
  #mayAnswer(replica: number): boolean {
    const { place = -1 } = this.#homes[replica] ?? {};
    const verdict = this.#parts.registerSeats.judge(this.#n, this.#place.partition, { place, seats: this.#view.seats });
    this.#isOutdated ||= verdict === 'outdated';
    return verdict === 'answer';
  }

  #querySelf(replica: number): void {
    const { storageKey } = this.#place;
    const local = this.#parts.replica.read(storageKey);
    const own = local.kind === 'record' ? copyBytes(local.checked) : undefined;
    const register = local.kind === 'damaged' ? undefined : registerOf(own);
    if (register === undefined) {
      onFailed(this.#state, replica, 'query', this);
      return;
    }
    this.#own = own;
    onAnswer(this.#state, replica, versionOf(register), this.#parts.replica.isDurable(storageKey), this);
  }

  record(replica: number): void {
    const target = this.#homes[replica]?.target;
    if (target?.peer !== undefined) {
      this.#remember(target.peer, target.peer.ask(ATOMIC_KIND.record, this, 2 * replica + RECORD));
      return;
    }
    const checked = this.#state.version?.value?.checked;
    if (target === undefined || checked === undefined || !this.#mayAnswer(replica)) {
      onFailed(this.#state, replica, 'record', this);
      return;
    }
    const view = this.#view;
    this.#parts.replica.merge(this.#place.storageKey, checked, 'register', (error) => {
      // Of seats that have changed since, this node may hold another one.
      if (view !== this.#view) return;
      if (error === undefined) this.#recorded(replica);
      else onFailed(this.#state, replica, 'record', this);
    });
  }

  #remember(peer: Peer, correlation: number): void {
    if (correlation !== 0) this.#correlations.push({ peer, correlation });
  }

  writeRequest(tag: number, writer: Writer): void {
    const { storageKey } = this.#place;
    const { bytes } = this.#view;
    const place = this.#homes[tag >> 1]?.place ?? 0;
    const own = this.#own;
    if (tag % 2 === QUERY)
      encodeQuery(writer, storageKey, place, bytes, own === undefined ? undefined : clockSection(recordOf(own)));
    else encodeRecording(writer, storageKey, place, bytes, this.#state.version?.value?.checked ?? new Uint8Array(0));
  }

  onReply(tag: number, kind: number, body: Reader): void {
    const replica = tag >> 1;
    if (this.#isOver()) return;
    if (kind === ATOMIC_KIND.outdated && this.#learn(body)) return;
    if (tag % 2 === QUERY && kind === ATOMIC_KIND.answer) this.#onAnswer(replica, body);
    else if (tag % 2 === RECORD && kind === ATOMIC_KIND.recorded) this.#recorded(replica);
    else onFailed(this.#state, replica, tag % 2 === QUERY ? 'query' : 'record', this);
    this.#followSeats();
  }

  /** @returns whether that was news, with which the phase has begun anew. */
  #learn(body: Reader): boolean {
    const { registerSeats } = this.#parts;
    const { partition } = this.#place;
    registerSeats.learn(this.#n, partition, readSeats(body, this.#n));
    if (registerSeats.view(this.#n, partition) === this.#view) return false;
    this.#isOutdated = true;
    this.#followSeats();
    return true;
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
    this.#forget();
  }

  /** What was asked so far is no longer of interest. */
  #forget(): void {
    for (const { peer, correlation } of this.#correlations) peer.cancel(correlation);
    this.#correlations = [];
  }
}
