/**
 * One change under way: made here, sent to the other home replicas at once, answered when W of them (this one included) have it.
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
import { type Change, type Policy, type Seen, seenBy, type Versions } from '../../../protocols/versions/index.ts';
import type { Writer } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Requester } from '../../../runtime/transport/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { encodeContext } from '../context.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import { encodeReplicaWrite, KIND, type ReplicaWrite } from '../messages/index.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import type { Expiring } from './deadlines.ts';
import type { CoordinatorParts } from './parts.ts';
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
  /** This node first: only a home replica coordinates. */
  readonly #homes: readonly Target[];
  readonly #state: WriteState;
  readonly #correlations: number[] = [];
  /** What the other replicas get; only while they are being sent to. */
  #write: ReplicaWrite | undefined;
  #context: Uint8Array | undefined;
  #answered = false;

  constructor(
    parts: CoordinatorParts,
    place: Place,
    settings: BucketSettings,
    w: number,
    timeoutMs: number,
    outcome: ChangeOutcome,
  ) {
    this.#parts = parts;
    this.#place = place;
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#outcome = outcome;
    this.#homes = parts.topology.replicas(place.partition, settings.n);
    this.deadline = parts.world.clock.now() + timeoutMs;
    this.#state = startWrite(w, this.#homes.length);
  }

  start(seen: Seen, change: Change): void {
    const down = this.#homes.filter((target) => !isUp(target));
    const answered = this.#homes.length - down.length;
    const { needed } = this.#state;
    if (answered < needed) {
      // Nothing has been stored anywhere yet: the one moment at which a failure is certainly without effect.
      const missing = down.map((target) => target.name);
      this.#outcome.fail(notEnoughReplicas('write', { needed, answered, missing, outcome: 'not-applied' }));
      return;
    }
    const { storageKey, position } = this.#place;
    const { conflict: policy, durability } = this.#settings;
    const { state, checked } = this.#parts.replica.change(storageKey, policy, seen, change, (error) => {
      if (error !== undefined) onStoreFailed(this.#state, 0, this);
      else if (durability === 'disk') onStored(this.#state, 0, this);
      this.#removeWhenComplete();
    });
    this.#context = unseenVersions(policy, change, state) ? undefined : contextAfter(position, state, seen);
    this.#parts.deadlines.add(this);
    this.#write = { durability, policy, storageKey, checkedRecord: checked };
    for (let replica = 1; replica < this.#homes.length; replica++) this.#send(replica);
    this.#write = undefined;
    if (durability === 'memory') onStored(this.#state, 0, this);
  }

  /** The caller no longer waits; the change itself goes on. */
  cancel(): void {
    this.#answered = true;
  }

  onDeadline(): void {
    this.#parts.deadlines.remove(this);
    onWriteDeadline(this.#state, this);
    for (let replica = 1; replica < this.#homes.length; replica++) {
      const correlation = this.#correlations[replica];
      if (correlation !== undefined && (this.#state.stored & (1 << replica)) === 0)
        this.#homes[replica]?.peer?.cancel(correlation);
    }
  }

  #send(replica: number): void {
    const correlation = this.#homes[replica]?.peer?.ask(KIND.replicaWrite, this, replica);
    if (correlation !== undefined) this.#correlations[replica] = correlation;
  }

  writeRequest(_replica: ReplicaIndex, writer: Writer): void {
    if (this.#write !== undefined) encodeReplicaWrite(writer, this.#write);
  }

  onReply(replica: ReplicaIndex, kind: number): void {
    if (kind === KIND.replicaStored) onStored(this.#state, replica, this);
    else onStoreFailed(this.#state, replica, this);
    this.#removeWhenComplete();
  }

  onFailure(replica: ReplicaIndex): void {
    onStoreFailed(this.#state, replica, this);
    this.#removeWhenComplete();
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
    const missing = this.#homes.filter((_target, index) => (stored & (1 << index)) === 0).map((target) => target.name);
    const shortfall = { needed, answered: bitCount(stored), missing, outcome: 'unknown' } as const;
    this.#outcome.fail(
      reason === 'deadline' ? timedOut('write', this.#timeoutMs, shortfall) : notEnoughReplicas('write', shortfall),
    );
  }
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

function contextAfter(mark: Uint8Array, state: Versions, seen: Seen): Uint8Array {
  const after = seenBy(state);
  return encodeContext(mark, { clock: after.clock, timestamp: Math.max(after.timestamp, seen.timestamp) });
}
