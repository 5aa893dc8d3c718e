/**
 * The writes that this node holds for others: kept in its engine, in a space of their own, so that they survive its restart. Several
 * writes of a key for one target are one hint, their merge.
 *
 * This node may also coordinate writes of keys it has no replica of, when none of the homes is reachable. Then the hint is all it knows
 * of the key, and once that is gone, nothing. A version vector says "all dots of this actor up to here", so it must not make another dot
 * of the same key under the same actor then: it would claim to have superseded what it has forgotten. So for such writes it is an actor
 * of its own, and becomes a new one as soon as any hint has gone.
 *
 * Invariants: what lies under a hint only ever moves up in the order of versions; a hint goes only by {@link HintStore.retire} and
 * {@link HintStore.redirect}, or when its bytes are damaged.
 */
import {
  applyChange,
  type Change,
  clockSection,
  decodeRecord,
  isOfState,
  join,
  mergeBy,
  NO_VERSIONS,
  POLICIES,
  type Policy,
  type Seen,
  type Versions,
} from '../../../protocols/versions/index.ts';
import { copyBytes, equalBytes } from '../../../runtime/bytes/index.ts';
import type { Clock, Engine, Entry, Log, OnDurable, Operation, Random } from '../../../runtime/world/index.ts';
import { ActorIdentity, CHECKSUM_BYTES, type Eras, encodeChecked, isIntact, recordOf } from '../replica/index.ts';
import { takeOverFormerHints } from './former-hints.ts';
import type { Hint } from './hint.ts';
import { HintCounts } from './hint-counts.ts';
import { ALL_HINTS, hintKey, hintsWithin, parseHintKey, partitionOfHint, prefixBytesOf } from './hint-key.ts';
import { HintPages, type Mark } from './hint-pages.ts';
import { HintTraffic } from './traffic.ts';

export interface HintStoreParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: Random;
  readonly eras: Eras;
}

/** Before the checked record: the policy. */
const POLICY_BYTES = 1;

export class HintStore {
  readonly #parts: HintStoreParts;
  readonly #counts = new HintCounts();
  readonly traffic: HintTraffic;
  readonly #identity: ActorIdentity;
  /** By target: how often a hint was stored, or went otherwise than as one that nobody had touched. */
  readonly #changes = new Map<string, number>();
  #haveSomeGone = false;
  #damaged = 0;
  /** Tells whoever delivers that there is something to do. */
  onStored: (target: string, storageKey: Uint8Array) => void = () => {};

  constructor(parts: HintStoreParts) {
    this.#parts = parts;
    this.traffic = new HintTraffic(parts.clock);
    this.#identity = ActorIdentity.passing(parts.random);
    takeOverFormerHints(parts.engine);
    for (let { from, to } = ALL_HINTS; ; ) {
      const [first] = [...parts.engine.range({ from, to, limit: 1 })];
      if (first === undefined) break;
      const { target } = parseHintKey(first.key);
      this.#counts.found(target);
      from = hintsWithin(partitionOfHint(first.key), target).to;
    }
  }

  /** For whom there may be hints: the keys. */
  get targets(): ReadonlyMap<string, unknown> {
    return this.#counts.targets;
  }

  /** Hints that were found damaged, and given up. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Hold a write. The record must be intact. */
  hold({ target, storageKey, policy, checkedRecord }: Hint, onDurable: OnDurable): void {
    const { eras, engine } = this.#parts;
    const incoming = eras.withPromised(storageKey, checkedRecord, policy);
    if (eras.isPromised(storageKey, incoming)) {
      engine.write([], onDurable);
      return;
    }
    const held = this.#get(target, storageKey);
    const checked = held === undefined ? incoming : mergeOf(held, storageKey, incoming, policy);
    this.#write(target, storageKey, policy, checked, held === undefined, onDurable);
  }

  /** Change a key of which this node has nothing but hints. @returns the new state and its record, for the other stand-ins. */
  change(
    target: string,
    storageKey: Uint8Array,
    policy: Policy,
    seen: Seen,
    change: Change,
    onDurable: OnDurable,
  ): { state: Versions; checked: Uint8Array } {
    const record = this.find(storageKey, policy);
    const before = record === undefined ? NO_VERSIONS : decodeRecord(record);
    if (this.#haveSomeGone) this.#identity.renew();
    this.#haveSomeGone = false;
    const state = applyChange(policy, before, seen, change, {
      actor: this.#identity.actor,
      nextCounter: () => this.#identity.next(join(before.clock, seen.clock)),
      wallTime: () => Math.floor(this.#parts.clock.wallTime()),
    });
    const checked = encodeChecked(storageKey, state);
    const isFirst = this.#get(target, storageKey) === undefined;
    this.#write(target, storageKey, policy, checked, isFirst, onDurable);
    return { state, checked };
  }

  /** What is held of a key, for whomever: a record of the caller's own. */
  find(storageKey: Uint8Array, policy?: Policy): Uint8Array | undefined {
    let found: Uint8Array | undefined;
    for (const target of this.#counts.targets.keys()) {
      const held = this.#get(target, storageKey);
      if (held === undefined) continue;
      const by = policy ?? POLICIES[held[0] as number] ?? 'siblings';
      // What is merged may be one of the two itself, and what the engine gave is valid until its next call.
      const own = copyBytes(checkedOf(held));
      found = found === undefined ? own : mergeOf(found, storageKey, own, by, 0);
    }
    return found === undefined ? undefined : recordOf(found);
  }

  /** The hints for a target, in the order of storage keys, behind one of those if given. */
  pages(target: string, after?: Uint8Array): HintPages {
    const { engine } = this.#parts;
    const prefixBytes = prefixBytesOf(target);
    const mark = (): Mark => this.markOf(target);
    const hintOf = ({ key, value }: Entry): Hint | undefined => this.#hintOf(target, key, key.subarray(prefixBytes), value);
    return new HintPages({ engine, target, mark, hintOf }, after);
  }

  /** What is so of hints for a target that are read now. */
  markOf(target: string): Mark {
    const { clock, eras } = this.#parts;
    return { at: clock.now(), readIn: eras.current, changes: this.#changes.get(target) ?? 0 };
  }

  /** What is held of a key for a target, in bytes that stay. */
  hint(target: string, storageKey: Uint8Array): Hint | undefined {
    const value = this.#get(target, storageKey);
    return value === undefined ? undefined : this.#hintOf(target, hintKey(target, storageKey), storageKey, copyBytes(value));
  }

  /** All were gone through from the beginning, and none is left. */
  foundNone(target: string): void {
    this.#counts.forget(target);
  }

  #hintOf(target: string, key: Uint8Array, storageKey: Uint8Array, value: Uint8Array): Hint | undefined {
    const policy = POLICIES[value[0] as number];
    const checkedRecord = checkedOf(value);
    if (policy !== undefined && isIntact(storageKey, checkedRecord)) return { target, storageKey, policy, checkedRecord };
    const held = this.#parts.engine.get(key);
    // A page shows what there was when it was opened: this one may have gone since, or be whole again, and be found the next time.
    if (held === undefined) return undefined;
    if (equalBytes(held, value)) this.#giveUp(key, storageKey);
    else this.onStored(target, storageKey);
    return undefined;
  }

  /** How many there are for a target. If that is not known, `most` are looked for; `more`: there may be more. */
  count(target: string, most: number): { readonly hints: number; readonly more: boolean } {
    const known = this.#counts.of(target);
    if (known !== undefined) return { hints: known, more: false };
    const pages = this.pages(target);
    let hints = 0;
    for (let page = pages.next(1); page !== undefined && hints < most; page = pages.next(1)) hints += page.hints.length;
    pages.close();
    return { hints, more: hints === most };
  }

  /**
   * The target has durably what these hints held when they were read: those that hold no more than that go.
   * @param changes - of {@link markOf}, when they were read. As long as there are no further ones, they need not be looked at again.
   */
  retire(target: string, hints: readonly Hint[], changes: number): void {
    if (changes === this.markOf(target).changes) {
      this.#remove(hints, [], () => {});
      return;
    }
    this.#onChange(target);
    // By key: a hint that is named twice goes once, and is counted once. What is not counted is never looked for again.
    const gone = new Map(hints.filter((hint) => this.#isStill(hint)).map((hint) => [latin1(hint.storageKey), hint]));
    this.#remove([...gone.values()], [], () => {});
  }

  /** Hold for others what these hints held, all of it or nothing. `to`: without this node. */
  redirect(hint: Hint, to: readonly string[], onDurable: OnDurable): void {
    const instead = to.map((target): Operation => {
      const { storageKey, policy, checkedRecord } = hint;
      const held = this.#get(target, storageKey);
      const checked = held === undefined ? checkedRecord : mergeOf(held, storageKey, checkedRecord, policy);
      if (held === undefined) this.#counts.added(target);
      return { key: hintKey(target, storageKey), value: hintValue(policy, checked) };
    });
    this.#onChange(hint.target);
    for (const target of to) this.#onChange(target);
    this.#remove(this.#isStill(hint) ? [hint] : [], instead, onDurable);
    for (const target of to) this.onStored(target, hint.storageKey);
  }

  /** Whether it is there, and holds no more than when it was read. */
  #isStill({ target, storageKey, checkedRecord }: Hint): boolean {
    const held = this.#parts.engine.get(hintKey(target, storageKey));
    return held !== undefined && equalBytes(checkedOf(held), checkedRecord);
  }

  #remove(hints: readonly Hint[], instead: readonly Operation[], onDurable: OnDurable): void {
    const batch = [...instead];
    for (const { target, storageKey } of hints) {
      batch.push({ key: hintKey(target, storageKey), value: undefined });
      this.#counts.removed(target);
    }
    if (hints.length > 0) this.#haveSomeGone = true;
    this.#parts.engine.write(batch, onDurable);
  }

  #onChange(target: string): void {
    this.#changes.set(target, (this.#changes.get(target) ?? 0) + 1);
  }

  #write(
    target: string,
    storageKey: Uint8Array,
    policy: Policy,
    checked: Uint8Array,
    isFirst: boolean,
    onDurable: OnDurable,
  ): void {
    if (isFirst) this.#counts.added(target);
    this.#onChange(target);
    this.#parts.engine.write([{ key: hintKey(target, storageKey), value: hintValue(policy, checked) }], onDurable);
    this.onStored(target, storageKey);
  }

  /** The intact value of a hint, valid until the engine's next call. */
  #get(target: string, storageKey: Uint8Array): Uint8Array | undefined {
    if (!this.#counts.has(target)) return undefined;
    const key = hintKey(target, storageKey);
    const value = this.#parts.engine.get(key);
    if (value === undefined || isIntact(storageKey, checkedOf(value))) return value;
    this.#giveUp(key, storageKey);
    return undefined;
  }

  /** Nothing can be made of it any more; the homes have the write from the other replicas, if from anyone. */
  #giveUp(key: Uint8Array, storageKey: Uint8Array): void {
    const { target } = parseHintKey(key);
    this.#damaged++;
    this.#counts.removed(target);
    this.#onChange(target);
    this.#haveSomeGone = true;
    this.#parts.log.error('a hint does not have its checksum and is given up', {
      storageKey: latin1(storageKey),
    });
    this.#parts.engine.write([{ key, value: undefined }], () => {});
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function hintValue(policy: Policy, checked: Uint8Array): Uint8Array {
  const value = new Uint8Array(POLICY_BYTES + checked.length);
  value[0] = POLICIES.indexOf(policy);
  value.set(checked, POLICY_BYTES);
  return value;
}

function checkedOf(value: Uint8Array): Uint8Array {
  return value.subarray(POLICY_BYTES);
}

/** @param held - a checked record behind so many bytes */
function mergeOf(
  held: Uint8Array,
  storageKey: Uint8Array,
  checked: Uint8Array,
  policy: Policy,
  offset = POLICY_BYTES,
): Uint8Array {
  const other = held.subarray(offset);
  if (isOfState(other, clockSection(recordOf(checked)), CHECKSUM_BYTES)) return checked;
  return encodeChecked(storageKey, mergeBy(policy, decodeRecord(recordOf(other)), decodeRecord(recordOf(checked))));
}
