/**
 * One node's records: read, merge in, change. The only code that touches the engine's data space.
 *
 * Invariants: what lies under a key only ever moves up in the order of versions (every write is a merge or a change of what is
 * there), and a record whose checksum is wrong is never answered.
 */
import {
  applyChange,
  type Change,
  covers,
  type DotSource,
  isOfState,
  isTombstone,
  join,
  latestTimestamp,
  mayExpire,
  NO_VERSIONS,
  type Policy,
  type Seen,
  type Versions,
  withoutExpired,
} from '../../../protocols/versions/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { OnDurable, Operation, Urgency } from '../../../runtime/world/index.ts';
import { tooManyVersions } from '../errors.ts';
import type { ReplicaKeys, ReplicaListing } from '../messages/index.ts';
import { CHECKSUM_BYTES, decodeChecked, encodeChecked, isIntact, withChecksum } from './checked-record.ts';
import { countDown } from './count-down.ts';
import { Eras } from './eras.ts';
import { doAscend, type IncomingRecord } from './incoming-record.ts';
import { listKeys } from './list-keys.ts';
import { type LocalRecord, mergedRecord } from './merged-record.ts';
import { RecordCache } from './record-cache.ts';
import type { ReplicaStoreParts, TransferGate, WriteObserver } from './replica-store-parts.ts';
import { StateCache } from './state-cache.ts';
import { TimeFloor } from './time-floor.ts';
import { UnsyncedKeys } from './unsynced-keys.ts';

/** Half of what a frame may carry, so that the merge of two replicas' records still fits one. */
const MAX_RECORD_BYTES = 8 * 1024 * 1024;

const NOTHING_MORE: readonly Operation[] = [];
const NONE: LocalRecord = { kind: 'none' };
const DAMAGED: LocalRecord = { kind: 'damaged' };

export class ReplicaStore {
  /** Which records of other nodes are still taken. */
  readonly eras: Eras;
  readonly #parts: ReplicaStoreParts;
  readonly #states = new StateCache();
  readonly #records = new RecordCache();
  readonly #unsynced = new UnsyncedKeys();
  readonly #timeFloor: TimeFloor;
  readonly #writeObservers: WriteObserver[] = [];
  readonly #damageObservers: ((storageKey: Uint8Array) => void)[] = [];
  #gate: TransferGate = (_storageKey, _checked, onDurable) => onDurable;
  #failure: Error | undefined;

  constructor(parts: ReplicaStoreParts) {
    this.#parts = parts;
    this.eras = new Eras(parts.engine);
    this.#timeFloor = new TimeFloor(parts.engine);
  }

  /** Why the engine takes no more writes, once it does not. */
  get failure(): Error | undefined {
    return this.#failure ?? this.#parts.engine.failure;
  }

  /** For as long as the store lives. */
  observeWrites(observer: WriteObserver): void {
    this.#writeObservers.push(observer);
  }

  /** Each is told when a stored record turns out damaged. For as long as the store lives. */
  observeDamage(observer: (storageKey: Uint8Array) => void): void {
    this.#damageObservers.push(observer);
  }

  /** From now on each write is told to whoever moves records elsewhere, and may have to wait for them. */
  heedTransfers(gate: TransferGate): void {
    this.#gate = gate;
  }

  /** Records that are another node's by now. As the same actor, this node would claim to have superseded what it has forgotten. */
  abandon(storageKeys: readonly Uint8Array[]): void {
    for (const storageKey of storageKeys) this.#write(storageKey, this.readOnce(storageKey), undefined, () => {});
    this.#parts.identity.renew();
  }

  /** For whoever asks: it may be asked for again. The bytes are valid until the next call. */
  read(storageKey: Uint8Array): LocalRecord {
    const cached = this.#records.get(storageKey);
    if (cached !== undefined) return { kind: 'record', checked: cached };
    const local = this.#stored(storageKey);
    if (local.kind === 'record') this.#records.put(storageKey, local.checked);
    return local;
  }

  /** As {@link read}, by whoever will hardly ask again: a write, after which it is another one, or a walk through all there is. */
  readOnce(storageKey: Uint8Array): LocalRecord {
    const cached = this.#records.get(storageKey);
    return cached === undefined ? this.#stored(storageKey) : { kind: 'record', checked: cached };
  }

  #stored(storageKey: Uint8Array): LocalRecord {
    const checked = this.#get(storageKey);
    if (checked === undefined) return NONE;
    if (checked instanceof QuorateError) return DAMAGED;
    if (isIntact(storageKey, checked)) return { kind: 'record', checked };
    this.#onDamaged(storageKey);
    return DAMAGED;
  }

  /** Whether the record is intact and of this state, as far as that is known without fetching it. */
  isKnownToBe(storageKey: Uint8Array, section: Uint8Array): boolean {
    return this.#failure === undefined && this.#states.holds(storageKey, section);
  }

  /** The record that was just read is of this state. */
  remember(storageKey: Uint8Array, section: Uint8Array): void {
    this.#states.remember(storageKey, section);
  }

  /** An engine that cannot read is as good as damaged, and as one that cannot write: the other replicas answer. */
  #get(storageKey: Uint8Array): Uint8Array | QuorateError | undefined {
    try {
      return this.#parts.engine.get(storageKey);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      this.#onFailure(error);
      return error;
    }
  }

  /** Take in another replica's record. It must be intact. `lazy`: nobody waits for it to be durable here. */
  merge(storageKey: Uint8Array, checked: Uint8Array, policy: Policy, onDurable: OnDurable, urgency: Urgency = 'now'): void {
    const incoming = this.eras.withPromised(storageKey, checked, policy);
    const local = this.readOnce(storageKey);
    const after = mergedRecord(local, storageKey, incoming, policy, this.#parts.onDropped);
    const done = policy === 'register' ? this.#unsynced.begin(storageKey, onDurable) : onDurable;
    this.#write(storageKey, local, after, done, urgency);
  }

  /** Many of them, at least one; in the order of their keys they are one write. */
  mergeAll(records: readonly IncomingRecord[], onDurable: OnDurable): void {
    const each = countDown(records.length, onDurable);
    if (!doAscend(records)) {
      // One key may be there twice: then the second merge has to see the first.
      for (const { storageKey, checkedRecord, policy } of records) this.merge(storageKey, checkedRecord, policy, each);
      return;
    }
    const batch: Operation[] = [];
    const heard = records.map(({ storageKey, checkedRecord, policy }) => {
      const incoming = this.eras.withPromised(storageKey, checkedRecord, policy);
      const local = this.readOnce(storageKey);
      const after = mergedRecord(local, storageKey, incoming, policy, this.#parts.onDropped);
      const done = policy === 'register' ? this.#unsynced.begin(storageKey, each) : each;
      return this.#prepare(storageKey, local, after, done, batch);
    });
    this.#store(batch, (error) => {
      for (const done of heard) done(error);
    });
  }

  /** Of the record of an atomic bucket: whether it, or a later one, will be there after a crash too. */
  isDurable(storageKey: Uint8Array): boolean {
    return !this.#unsynced.has(storageKey);
  }

  /**
   * Let a tombstone go, if it is still the record of that state.
   * @returns whether it was.
   */
  drop(storageKey: Uint8Array, section: Uint8Array, onDurable: OnDurable): boolean {
    const local = this.readOnce(storageKey);
    if (local.kind === 'damaged') {
      // Nothing could mend it any more. If it was a later record, the others have it, or nobody has.
      this.#write(storageKey, local, undefined, onDurable);
      return true;
    }
    if (local.kind !== 'record' || !isOfState(local.checked, section, CHECKSUM_BYTES)) return false;
    const state = decodeChecked(local.checked);
    if (!isTombstone(state)) return false;
    this.#write(storageKey, local, undefined, onDurable, 'now', this.#timeFloor.raise(latestTimestamp(state)));
    return true;
  }

  /** Let go what has expired by then. Nobody waits for it: what is lost in a crash has expired after it, too. */
  expire(storageKey: Uint8Array, policy: Policy, until: number): void {
    const local = this.readOnce(storageKey);
    if (local.kind !== 'record' || !mayExpire(local.checked, CHECKSUM_BYTES)) return;
    const state = decodeChecked(local.checked);
    const after = withoutExpired(policy, state, until);
    if (after !== state) this.#write(storageKey, local, encodeChecked(storageKey, after), () => {});
  }

  /** A damaged record was met in a range that someone else has read. */
  reportDamaged(storageKey: Uint8Array): void {
    this.#onDamaged(storageKey);
  }

  /** Take in what a read found, before changing it. Not acknowledged to anyone: the change that follows is. */
  mergeRecord(storageKey: Uint8Array, record: Uint8Array, policy: Policy): void {
    this.merge(storageKey, withChecksum(storageKey, record), policy, () => {});
  }

  /**
   * Change a key as its coordinator; returns the new state and its record, for the other replicas.
   * @throws QuorateError `too-large`; nothing is changed then.
   */
  change(
    storageKey: Uint8Array,
    policy: Policy,
    seen: Seen,
    change: Change,
    onDurable: OnDurable,
  ): { state: Versions; checked: Uint8Array } {
    const local = this.readOnce(storageKey);
    const before = local.kind === 'record' ? decodeChecked(local.checked) : NO_VERSIONS;
    const { identity, clock } = this.#parts;
    const source: DotSource = {
      actor: identity.actor,
      nextCounter: () => identity.next(join(before.clock, seen.clock)),
      wallTime: () => Math.max(Math.floor(clock.wallTime()), this.#timeFloor.value),
    };
    const state = applyChange(policy, before, seen, change, source);
    if (policy === 'latest' && replacesUnseen(before, seen)) this.#parts.onDropped?.(storageKey);
    const checked = encodeChecked(storageKey, state);
    if (checked.length > MAX_RECORD_BYTES) throw tooManyVersions(state.versions.length, checked.length, MAX_RECORD_BYTES);
    this.#write(storageKey, local, checked, onDurable);
    return { state, checked };
  }

  /** See {@link listKeys}. */
  list(listing: ReplicaListing): ReplicaKeys {
    const found = listKeys(this.#parts.engine, this.#parts.clock.wallTime(), listing);
    return { ...found, readIn: this.eras.current };
  }

  #write(
    storageKey: Uint8Array,
    local: LocalRecord,
    checked: Uint8Array | undefined,
    onDurable: OnDurable,
    urgency: Urgency = 'now',
    more: readonly Operation[] = NOTHING_MORE,
  ): void {
    const batch: Operation[] = [];
    const heard = this.#prepare(storageKey, local, checked, onDurable, batch);
    if (more.length > 0) batch.push(...more);
    this.#store(batch, heard, urgency);
  }

  /** Adds to the batch what is to be written of a record. @returns what to call when it is durable. */
  #prepare(
    storageKey: Uint8Array,
    local: LocalRecord,
    checked: Uint8Array | undefined,
    onDurable: OnDurable,
    batch: Operation[],
  ): OnDurable {
    this.#states.forget(storageKey);
    this.#records.forget(storageKey);
    batch.push({ key: storageKey, value: checked });
    const before = local.kind === 'record' ? local.checked : undefined;
    for (const observer of this.#writeObservers) observer(storageKey, before, checked, batch);
    return checked === undefined ? onDurable : this.#gate(storageKey, checked, onDurable);
  }

  #store(batch: readonly Operation[], heard: OnDurable, urgency: Urgency = 'now'): void {
    const done: OnDurable = (error) => {
      if (error !== undefined) this.#onFailure(error);
      heard(error);
    };
    this.#parts.engine.write(batch, done, urgency);
  }

  #onFailure(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#parts.log.error('the storage engine failed: this node takes no more writes', { error: error.message });
  }

  #onDamaged(storageKey: Uint8Array): void {
    this.#parts.observer.damagedRecord();
    this.#parts.log.error('a stored record does not have its checksum', {
      storageKey: Buffer.from(storageKey).toString('latin1'),
    });
    // The damaged record may have held writes of this actor: as another actor, this node cannot claim to have superseded them.
    this.#parts.identity.renew();
    for (const observer of this.#damageObservers) observer(storageKey);
  }
}

/** Whether a writer who says what it has seen replaces a value that it has not. */
function replacesUnseen({ versions }: Versions, { clock }: Seen): boolean {
  return clock.length > 0 && versions.some(({ dot, deleted }) => !deleted && !covers(clock, dot));
}
