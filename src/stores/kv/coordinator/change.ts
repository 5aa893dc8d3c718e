/**
 * One change under way: made here, sent to the other home replicas at once, answered when W of them (this one included) have it. For a home
 * that is down, fails on the way, or says nothing for a while, a stand-in holds it, unless the request is strict. A silent home is asked all the
 * same: whichever of the two has it first counts, once.
 * Local and remote syncs run side by side: a crash between them cannot reuse a dot, see `actor-identity.ts`.
 */
import { isSilent } from '../../../protocols/hedging/index.ts';
import {
  bitCount,
  onStored,
  onStoreFailed,
  onWriteDeadline,
  type ReplicaIndex,
  startWrite,
  type WriteEffects,
  type WriteState,
} from '../../../protocols/quorum/index.ts';
import { type Change, EMPTY_VECTOR, type Seen, type Versions, type VersionVector } from '../../../protocols/versions/index.ts';
import type { Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Requester } from '../../../runtime/transport/index.ts';
import type { Instant, OnDurable } from '../../../runtime/world/index.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import { encodeHintWrite, HINT_KIND } from '../hints/index.ts';
import { encodeReplicaWrite, KIND, type ReplicaWrite } from '../messages/index.ts';
import { recordOf, withChecksum } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { type Asked, AskedBefore, slotOfTag, tagOf } from './asked-before.ts';
import { contextAfter, hasSeen, unseenVersions } from './change-context.ts';
import type { Expiring } from './deadlines.ts';
import type { CoordinatorParts } from './parts.ts';
import { areWell, countUp, isAnySilent, missingHomes, nextStandIn, slotsOf } from './slots.ts';
import { isUp, type Target } from './topology.ts';

export interface ChangeOutcome {
  changed(context: Uint8Array | undefined): void;
  fail(error: QuorateError): void;
}

/** How long a home may take before a stand-in is asked beside it; at most half the time that the request has. Longer than a slow sync. */
const PATIENCE_MS = 500;

export class ChangeOperation implements Expiring, WriteEffects, Requester {
  deadline: Instant;
  deadlineSlot = 0;
  readonly #parts: CoordinatorParts;
  readonly #place: Place;
  readonly #settings: BucketSettings;
  readonly #timeoutMs: number;
  readonly #outcome: ChangeOutcome;
  readonly #homes: readonly Target[];
  /** Who stores it, this node first; the homes themselves as long as all are up. */
  #targets: readonly Target[];
  /** Per target, the home it stands in for; `undefined` as long as there are no stand-ins. */
  #standsInFor: readonly (string | undefined)[] | undefined;
  /** Who has had a slot; only once one has failed. */
  #tried: Set<string> | undefined;
  readonly #strict: boolean;
  readonly #state: WriteState;
  readonly #correlations: number[] = [];
  readonly #end: Instant;
  /** Only once somebody was asked beside another. */
  #before: AskedBefore | undefined;
  /** Per slot, of the latest request for it, if it was not the first. */
  #tags: number[] | undefined;
  /** What the other replicas get; only while they are being sent to. */
  #write: ReplicaWrite | undefined;
  #context: Uint8Array | undefined;
  /** Of the key with this write in it. */
  #clock: VersionVector = EMPTY_VECTOR;
  #answered = false;

  constructor(
    parts: CoordinatorParts,
    place: Place,
    settings: BucketSettings,
    w: number,
    timeoutMs: number,
    strict: boolean,
    outcome: ChangeOutcome,
  ) {
    this.#parts = parts;
    this.#place = place;
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#outcome = outcome;
    this.#strict = strict;
    const homes = parts.topology.replicas(place.partition, settings.n);
    this.#homes = homes;
    this.#targets = homes;
    if (!strict && !areWell(homes)) {
      const self = homes[0]?.peer === undefined ? undefined : parts.topology.self;
      const slots = slotsOf(parts.topology, place.partition, settings.n, self);
      this.#targets = slots.targets;
      this.#standsInFor = slots.standsInFor;
    }
    const now = parts.world.clock.now();
    this.#end = now + timeoutMs;
    this.deadline = strict ? this.#end : now + Math.min(PATIENCE_MS, timeoutMs / 2);
    this.#state = startWrite(w, this.#targets.length);
  }

  start(seen: Seen, change: Change): void {
    const answered = countUp(this.#targets);
    const { needed } = this.#state;
    if (answered < needed) {
      // Nothing has been stored anywhere yet: the one moment at which a failure is certainly without effect.
      const missing = this.#homes.filter((target) => !isUp(target)).map((target) => target.name);
      this.#outcome.fail(notEnoughReplicas('write', { needed, answered, missing, outcome: 'not-applied' }));
      return;
    }
    const { storageKey, position } = this.#place;
    const { conflict: policy, durability } = this.#settings;
    const { state, checked } = this.#store(seen, change, (error) => {
      if (error !== undefined) onStoreFailed(this.#state, 0, this);
      else if (durability === 'disk') onStored(this.#state, 0, this);
      this.#removeWhenComplete();
    });
    this.#clock = state.clock;
    const { nodeName } = this.#parts.topology;
    const coordinator = this.#standsInFor?.[0] === undefined ? nodeName : undefined;
    this.#context = unseenVersions(policy, change, state) ? undefined : contextAfter(position, state, seen, coordinator);
    this.#parts.deadlines.add(this);
    this.#write = { durability, policy, readIn: this.#parts.replica.eras.current, storageKey, checkedRecord: checked };
    for (let replica = 1; replica < this.#targets.length; replica++) this.#send(replica);
    this.#write = undefined;
    if (durability === 'memory') onStored(this.#state, 0, this);
    this.#askBesideTheSilent();
  }

  /** Here: as a home, or as the first of the stand-ins. */
  #store(seen: Seen, change: Change, onDurable: OnDurable): { state: Versions; checked: Uint8Array } {
    const { storageKey } = this.#place;
    const { conflict: policy } = this.#settings;
    const { replica, hints } = this.#parts;
    const home = this.#standsInFor?.[0];
    return home === undefined
      ? replica.change(storageKey, policy, seen, change, onDurable)
      : hints.change(home, storageKey, policy, seen, change, onDurable);
  }

  /** What a read has found, to be changed. Not acknowledged to anyone: the change that follows is. */
  takeIn(record: Uint8Array): void {
    const { storageKey } = this.#place;
    const { conflict: policy } = this.#settings;
    const target = this.#standsInFor?.[0];
    if (target === undefined) this.#parts.replica.mergeRecord(storageKey, record, policy);
    else this.#parts.hints.hold({ target, storageKey, policy, checkedRecord: withChecksum(storageKey, record) }, () => {});
  }

  /** The caller no longer waits; the change itself goes on. */
  cancel(): void {
    this.#answered = true;
  }

  onDeadline(): void {
    const now = this.#parts.world.clock.now();
    if (now < this.#end) {
      this.deadline = Math.min(this.#end, now + PATIENCE_MS);
      if (!this.#state.finished) this.#callSilent(now);
      return;
    }
    this.#parts.deadlines.remove(this);
    onWriteDeadline(this.#state, this);
    for (let replica = 1; replica < this.#targets.length; replica++) {
      const correlation = this.#correlations[replica];
      if (correlation !== undefined && !this.#isStored(replica)) this.#targets[replica]?.peer?.cancel(correlation);
    }
    this.#before?.cancel();
  }

  /** Whoever was asked, and has answered nobody since then, is asked last from now on; for those who owe an answer a stand-in is asked. */
  #callSilent(now: Instant): void {
    const began = this.#end - this.#timeoutMs;
    for (let slot = 1; slot < this.#targets.length; slot++) {
      const { latency } = this.#targets[slot] as Target;
      if (this.#isOpen(slot) && isSilent(latency, began, now)) latency.isSilent = true;
    }
    for (let slot = 1; slot < this.#targets.length; slot++) if (this.#isOpen(slot)) this.#askBeside(slot);
  }

  /** At once, where W cannot be reached without somebody who has said nothing for a while. */
  #askBesideTheSilent(): void {
    const { needed, finished } = this.#state;
    if (this.#strict || finished || !isAnySilent(this.#targets, this.#targets.length)) return;
    const silent = [...this.#targets.keys()].filter((slot) => slot > 0 && this.#targets[slot]?.latency.isSilent === true);
    if (this.#targets.length - silent.length >= needed) return;
    for (const slot of silent) if (this.#isOpen(slot)) this.#askBeside(slot);
  }

  #askBeside(slot: number): void {
    const target = this.#targets[slot] as Target;
    const [correlation, tag] = [this.#correlations[slot] ?? 0, this.#tags?.[slot] ?? slot];
    this.#before ??= new AskedBefore();
    this.#before.add({ slot, tag, target, standsInFor: this.#standsInFor?.[slot], correlation });
    if (!this.#substitute(slot)) this.#before.remove(tag);
  }

  #isStored(slot: number): boolean {
    return (this.#state.stored & (1 << slot)) !== 0;
  }

  /** It has neither stored it nor failed to. */
  #isOpen(slot: number): boolean {
    return ((this.#state.stored | this.#state.failed) & (1 << slot)) === 0;
  }

  #send(replica: number, tag = replica): void {
    const kind = this.#standsInFor?.[replica] === undefined ? KIND.replicaWrite : HINT_KIND.hold;
    const correlation = this.#targets[replica]?.peer?.ask(kind, this, tag);
    if (correlation !== undefined) this.#correlations[replica] = correlation;
  }

  writeRequest(tag: number, writer: Writer): void {
    if (this.#write === undefined) return;
    const home = this.#standsInFor?.[slotOfTag(tag)];
    if (home === undefined) encodeReplicaWrite(writer, this.#write);
    else encodeHintWrite(writer, home, this.#write);
  }

  onReply(tag: number, kind: number): void {
    if (kind !== KIND.replicaStored) {
      this.onFailure(tag);
      return;
    }
    const slot = slotOfTag(tag);
    const target = this.#before?.remove(tag)?.target ?? this.#targets[slot];
    if (target?.latency.isSilent === true) target.latency.isSilent = false;
    onStored(this.#state, slot, this);
    this.#removeWhenComplete();
  }

  onFailure(tag: number): void {
    const slot = slotOfTag(tag);
    if (this.#before?.remove(tag) === undefined && !this.#substitute(slot)) {
      const left = this.#isStored(slot) ? undefined : this.#before?.take(slot);
      if (left === undefined) onStoreFailed(this.#state, slot, this);
      else this.#waitFor(left);
    }
    this.#removeWhenComplete();
  }

  /** The stand-in has failed, but the one beside which it was asked may answer yet. */
  #waitFor({ slot, tag, target, standsInFor, correlation }: Asked): void {
    this.#targets = this.#targets.with(slot, target);
    this.#standsInFor = this.#standsInFor?.with(slot, standsInFor);
    this.#correlations[slot] = correlation;
    this.#tags = this.#tags?.with(slot, tag);
  }

  /** The slot of one that fails goes to the next stand-in, with what is stored here by now; if that is without this write (the disk has failed), to nobody. */
  #substitute(replica: ReplicaIndex): boolean {
    if (this.#strict || this.#isStored(replica)) return false;
    const { topology, replica: own, hints } = this.#parts;
    const { storageKey, partition } = this.#place;
    const { conflict: policy, durability, n } = this.#settings;
    this.#tried ??= new Set([...this.#homes, ...this.#targets].map((target) => target.name));
    const standIn = nextStandIn(topology, partition, n, this.#tried);
    if (standIn === undefined) return false;
    const local = this.#standsInFor?.[0] === undefined ? own.read(storageKey) : undefined;
    const record =
      local === undefined ? hints.find(storageKey, policy) : local.kind === 'record' ? recordOf(local.checked) : undefined;
    if (record === undefined || !hasSeen(record, this.#clock)) return false;
    const home = this.#standsInFor?.[replica] ?? (this.#targets[replica] as Target).name;
    this.#tried.add(standIn.name);
    this.#targets = this.#targets.with(replica, standIn);
    this.#standsInFor = (this.#standsInFor ?? this.#targets.map(() => undefined)).with(replica, home);
    const before = this.#write;
    const checkedRecord = withChecksum(storageKey, record);
    this.#write = { durability, policy, readIn: own.eras.current, storageKey, checkedRecord };
    this.#tags ??= this.#targets.map((_target, slot) => slot);
    this.#tags[replica] = tagOf(replica, this.#tried.size);
    this.#send(replica, this.#tags[replica]);
    this.#write = before;
    return true;
  }

  #removeWhenComplete(): void {
    const { stored, failed, asked } = this.#state;
    if (bitCount(stored | failed) === asked && this.#before?.isEmpty !== false) this.#parts.deadlines.remove(this);
  }

  written(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#outcome.changed(this.#context);
  }

  notWritten(reason: 'too-few' | 'deadline', { needed, stored }: WriteState): void {
    if (this.#answered) return;
    this.#answered = true;
    const missing = missingHomes(this.#homes, this.#targets, this.#standsInFor, stored);
    const shortfall = { needed, answered: bitCount(stored), missing, outcome: 'unknown' } as const;
    this.#outcome.fail(
      reason === 'deadline' ? timedOut('write', this.#timeoutMs, shortfall) : notEnoughReplicas('write', shortfall),
    );
  }
}
