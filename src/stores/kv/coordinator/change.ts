/**
 * One change under way: made here, sent to the other home replicas at once, answered when W of them (this one included) have it. For a home
 * that is down, or fails on the way, a stand-in holds it, unless the request is strict.
 * Local and remote syncs run side by side: a crash between them cannot reuse a dot, see `actor-identity.ts`.
 */
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
import {
  type Change,
  decodeRecord,
  descends,
  EMPTY_VECTOR,
  type Policy,
  type Seen,
  seenBy,
  type Versions,
  type VersionVector,
} from '../../../protocols/versions/index.ts';
import type { Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Requester } from '../../../runtime/transport/index.ts';
import type { Instant, OnDurable } from '../../../runtime/world/index.ts';
import { encodeContext } from '../context.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import { encodeHintWrite, HINT_KIND } from '../hints/index.ts';
import { encodeReplicaWrite, KIND, type ReplicaWrite } from '../messages/index.ts';
import { recordOf, withChecksum } from '../replica/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import type { Expiring } from './deadlines.ts';
import type { CoordinatorParts } from './parts.ts';
import { nextStandIn, slotsOf } from './slots.ts';
import { isUp, type Target } from './topology.ts';

export interface ChangeOutcome {
  changed(context: Uint8Array | undefined): void;
  fail(error: QuorateError): void;
}

export class ChangeOperation implements Expiring, WriteEffects, Requester {
  readonly deadline: Instant;
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
      const slots = slotsOf(
        parts.topology,
        place.partition,
        settings.n,
        homes[0]?.peer === undefined ? undefined : parts.topology.self,
      );
      this.#targets = slots.targets;
      this.#standsInFor = slots.standsInFor;
    }
    this.deadline = parts.world.clock.now() + timeoutMs;
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
    this.#parts.deadlines.remove(this);
    onWriteDeadline(this.#state, this);
    for (let replica = 1; replica < this.#targets.length; replica++) {
      const correlation = this.#correlations[replica];
      if (correlation !== undefined && (this.#state.stored & (1 << replica)) === 0)
        this.#targets[replica]?.peer?.cancel(correlation);
    }
  }

  #send(replica: number): void {
    const kind = this.#standsInFor?.[replica] === undefined ? KIND.replicaWrite : HINT_KIND.hold;
    const correlation = this.#targets[replica]?.peer?.ask(kind, this, replica);
    if (correlation !== undefined) this.#correlations[replica] = correlation;
  }

  writeRequest(replica: ReplicaIndex, writer: Writer): void {
    if (this.#write === undefined) return;
    const home = this.#standsInFor?.[replica];
    if (home === undefined) encodeReplicaWrite(writer, this.#write);
    else encodeHintWrite(writer, home, this.#write);
  }

  onReply(replica: ReplicaIndex, kind: number): void {
    if (kind === KIND.replicaStored) onStored(this.#state, replica, this);
    else if (this.#substitute(replica)) return;
    else onStoreFailed(this.#state, replica, this);
    this.#removeWhenComplete();
  }

  onFailure(replica: ReplicaIndex): void {
    if (this.#substitute(replica)) return;
    onStoreFailed(this.#state, replica, this);
    this.#removeWhenComplete();
  }

  /**
   * The slot of one that has failed on the way goes to the next stand-in, with what is stored here by now. That may be without this write: if
   * the disk has not taken it, or has lost it. Whoever held that would be counted as one that has the write.
   */
  #substitute(replica: ReplicaIndex): boolean {
    if (this.#strict || (this.#state.stored & (1 << replica)) !== 0) return false;
    const { topology, replica: own, hints } = this.#parts;
    const { storageKey, partition } = this.#place;
    const { conflict: policy, durability, n } = this.#settings;
    this.#tried ??= new Set([...this.#homes, ...this.#targets].map((target) => target.name));
    const standIn = nextStandIn(topology, partition, n, this.#tried);
    if (standIn === undefined) return false;
    const local = this.#standsInFor?.[0] === undefined ? own.read(storageKey) : undefined;
    const record =
      local === undefined ? hints.find(storageKey, policy) : local.kind === 'record' ? recordOf(local.checked) : undefined;
    if (record === undefined || !descends(decodeRecord(record).clock, this.#clock)) return false;
    const home = this.#standsInFor?.[replica] ?? (this.#targets[replica] as Target).name;
    this.#tried.add(standIn.name);
    this.#targets = this.#targets.with(replica, standIn);
    this.#standsInFor = (this.#standsInFor ?? this.#targets.map(() => undefined)).with(replica, home);
    const before = this.#write;
    const checkedRecord = withChecksum(storageKey, record);
    this.#write = { durability, policy, readIn: own.eras.current, storageKey, checkedRecord };
    this.#send(replica);
    this.#write = before;
    return true;
  }

  #removeWhenComplete(): void {
    const { stored, failed, asked } = this.#state;
    if (bitCount(stored | failed) === asked) this.#parts.deadlines.remove(this);
  }

  written(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#outcome.changed(this.#context);
  }

  notWritten(reason: 'too-few' | 'deadline', { needed, stored }: WriteState): void {
    if (this.#answered) return;
    this.#answered = true;
    const storedFor = this.#targets.map((target, slot) =>
      (stored & (1 << slot)) === 0 ? '' : (this.#standsInFor?.[slot] ?? target.name),
    );
    const missing = this.#homes.map((home) => home.name).filter((home) => !storedFor.includes(home));
    const shortfall = { needed, answered: bitCount(stored), missing, outcome: 'unknown' } as const;
    this.#outcome.fail(
      reason === 'deadline' ? timedOut('write', this.#timeoutMs, shortfall) : notEnoughReplicas('write', shortfall),
    );
  }
}

/** All are up, and this node is one of them. */
function areWell(homes: readonly Target[]): boolean {
  return homes[0]?.peer === undefined && countUp(homes) === homes.length;
}

function countUp(targets: readonly Target[]): number {
  let up = 0;
  for (const target of targets) if (isUp(target)) up++;
  return up;
}

/**
 * Whether there are versions that the writer has neither seen nor made. Then there is no context to give: a version vector that
 * covers the new dot would cover an earlier, unseen one of the same actor too. Contexts are for `put` and `delete` only.
 */
function unseenVersions(policy: Policy, change: Change, state: Versions): boolean {
  if (change.kind === 'put') return state.versions.length > 1;
  if (change.kind === 'delete') return state.versions.length > (policy === 'latest' ? 1 : 0);
  return true;
}

function contextAfter(mark: Uint8Array, state: Versions, seen: Seen, coordinator: string | undefined): Uint8Array {
  const after = seenBy(state);
  return encodeContext(mark, { clock: after.clock, timestamp: Math.max(after.timestamp, seen.timestamp) }, coordinator);
}
