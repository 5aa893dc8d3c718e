/**
 * The era this node is in, and what it has promised about tombstones that are being collected: what decides which records of other nodes it still
 * takes. The rules are in `protocols/tombstone-collection`.
 */
import {
  beginAnew,
  type Era,
  type EraState,
  isPromiseOver,
  isTooOld,
  onGiven,
  startEra,
} from '../../../protocols/tombstone-collection/index.ts';
import { clockSection, decodeRecord, isOfState, mergeBy, type Policy } from '../../../protocols/versions/index.ts';
import { copyBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine, OnDurable } from '../../../runtime/world/index.ts';
import { CHECKSUM_BYTES, encodeChecked, recordOf } from './checked-record.ts';

/** In the engine's meta space (0x00). */
const ERA_KEY = Uint8Array.from([0x00, ...Buffer.from('kv/era')]);

interface Promised {
  readonly askedIn: Era;
  readonly tombstone: Uint8Array;
}

export class Eras {
  readonly state: EraState;
  readonly #engine: Engine;
  readonly #promises = new Map<string, Promised>();
  /** The others have been in eras without this node, which has records from before: what it has of a key may have been deleted and forgotten. */
  hasMissed = false;
  /** What waits until it is known whether others have been in eras without this node; `undefined` once it is. */
  #waiting: (() => void)[] | undefined;
  /** Called before a record of another node is judged. */
  onGiven: () => void = () => {};

  constructor(engine: Engine) {
    this.#engine = engine;
    const stored = engine.get(ERA_KEY);
    this.state = startEra(stored === undefined ? 0 : new Reader(stored).u48(), false);
  }

  /** There is nothing on this disk that could be too old. */
  beginAnew(): void {
    beginAnew(this.state);
  }

  /** This node came back with what it had, and nobody has told it yet how far the others are: what is on this disk may be long dead. */
  get isUnsure(): boolean {
    return this.#waiting !== undefined;
  }

  becomeUnsure(): void {
    this.#waiting ??= [];
  }

  becomeSure(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const proceed of waiting) proceed();
  }

  /** At once, if that is known. */
  onceSure(proceed: () => void): void {
    if (this.#waiting === undefined) proceed();
    else this.#waiting.push(proceed);
  }

  /** Whatever is read now travels with it. */
  get current(): Era {
    return this.state.era;
  }

  /** Whether a record that was read in that era, and was given to this node, must not be stored any more. */
  isTooOld(readIn: Era): boolean {
    this.onGiven();
    const outcome = onGiven(this.state, readIn);
    // Written before the record is, so that a restart finds both or neither.
    if (outcome === 'news') this.keep(() => {});
    return outcome === 'too-old';
  }

  /** Whether what this node read itself when it was in that era must not be stored any more. */
  isStale(readIn: Era): boolean {
    return isTooOld(this.state.era, readIn);
  }

  /** The present era, before anyone is told of it. What was promised for long past ones is over. */
  keep(onDurable: OnDurable): void {
    for (const [key, { askedIn }] of this.#promises) if (isPromiseOver(this.state.era, askedIn)) this.#promises.delete(key);
    this.#engine.write([{ key: ERA_KEY, value: new Writer(6).u48(this.state.era).copy() }], onDurable);
  }

  /** From now on, until two eras later, nothing older than the tombstone is stored under the key. `tombstone`: a checked record. */
  promise(storageKey: Uint8Array, tombstone: Uint8Array, askedIn: Era): void {
    this.#promises.set(nameOf(storageKey), { askedIn, tombstone: copyBytes(tombstone) });
  }

  /** What is to be stored of another node's record: on the path of every such write. @throws MalformedBytes */
  withPromised(storageKey: Uint8Array, checked: Uint8Array, policy: Policy): Uint8Array {
    if (this.#promises.size === 0) return checked;
    const promised = this.#promises.get(nameOf(storageKey));
    if (promised === undefined || isPromiseOver(this.state.era, promised.askedIn)) return checked;
    const [known, incoming] = [decodeRecord(recordOf(promised.tombstone)), decodeRecord(recordOf(checked))];
    return encodeChecked(storageKey, mergeBy(policy, known, incoming));
  }

  /** Whether a record tells no more than a tombstone that all homes of the key have: nobody has to hold it for them. */
  isPromised(storageKey: Uint8Array, checked: Uint8Array): boolean {
    if (this.#promises.size === 0) return false;
    const promised = this.#promises.get(nameOf(storageKey));
    return promised !== undefined && isOfState(promised.tombstone, clockSection(recordOf(checked)), CHECKSUM_BYTES);
  }
}

function nameOf(storageKey: Uint8Array): string {
  return Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
}
