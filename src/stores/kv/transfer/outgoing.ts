/** The hands of one transfer: pages and records over a link, at the pace that background work may have. The rules are in `protocols/transfer`. */
import type { NodeName } from '../../../protocols/ring/index.ts';
import {
  onCompared,
  onLost,
  onMoveKnown,
  onMovePersisted,
  onNeverStoredThere,
  onReachable,
  onRefused,
  onStoredThere,
  onWritten,
  type Purpose,
  setTransferPaused,
  startTransfer,
  type TransferEffects,
  type TransferState,
} from '../../../protocols/transfer/index.ts';
import { clockSection } from '../../../protocols/versions/index.ts';
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import { encodeReplicaWrite, KIND } from '../messages/index.ts';
import { isIntact, recordOf } from '../replica/index.ts';
import type { Cancel } from '../requests.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';
import { isTooOld, TRANSFER_KIND } from './frames.ts';
import { Outbox } from './outbox.ts';
import { ENTRY_BYTES, entriesOf, nOf, pageEntries } from './partition-records.ts';

/** Which records go where, and why. */
export interface Errand {
  readonly purpose: Purpose;
  readonly n: number;
  readonly partition: number;
  /** Of the seat; of a release, any. */
  readonly place: number;
  readonly to: NodeName;
}

export interface OutgoingEvents {
  /** Make the move durable, then call `moved`; if the other does not accept it, call `refused` and do nothing. @param receipt - see `receipts.ts` */
  persistMove(errand: Errand, receipt: number, moved: () => void, refused: () => void): void;
  completed(errand: Errand): void;
  drop(errand: Errand): void;
}

/** Whoever has not answered for so long is asked anew: longer than what is under way waits for its slices over there at the slowest rate. */
const PATIENCE_MS = 30_000;

export class Outgoing implements TransferEffects {
  readonly errand: Errand;
  readonly #parts: ServiceParts;
  readonly #events: OutgoingEvents;
  readonly #state: TransferState;
  readonly #waiting = new Map<string, (() => void)[]>();
  #withdraw: Cancel = () => {};
  /** A write that is about to be applied. */
  #written: { readonly key: string; readonly checked: Uint8Array } | undefined;
  #isClosed = false;
  /** Of what has been found there since the walk began. */
  #receipt: number | undefined;
  #progressAt: number;
  readonly #outbox: Outbox;
  /** Of writes. */
  #fresh = { keys: 0, bytes: 0 };

  constructor(parts: ServiceParts, errand: Errand, events: OutgoingEvents) {
    this.#parts = parts;
    this.errand = errand;
    this.#events = events;
    this.#state = startTransfer(errand.purpose);
    this.#progressAt = parts.world.clock.now();
    this.#outbox = new Outbox(parts, () => this.#peer, {
      onStoredThere: (key, number) => this.#onStoredThere(key, number),
      onNeverStoredThere: (key, number) => this.#onNeverStoredThere(key, number),
      onRefused: () => this.#lose(),
    });
  }

  get keys(): number {
    return this.#fresh.keys + this.#outbox.keys;
  }

  get bytes(): number {
    return this.#fresh.bytes + this.#outbox.bytes;
  }

  get phase(): TransferState['phase'] {
    return this.#state.phase;
  }

  get state(): TransferState {
    return this.#state;
  }

  get receipt(): number | undefined {
    return this.#receipt;
  }

  /** Under way, and not waiting for somebody else: only so many are, at a time. */
  get isBusy(): boolean {
    return this.#peer?.isUp === true && this.#state.phase !== 'complete';
  }

  /** Now and then: whether the other is there, and answers. */
  look(isPaused: boolean): void {
    const now = this.#parts.world.clock.now();
    const isUp = this.#peer?.isUp === true;
    const isStuck = (this.#state.offered !== undefined || this.#state.pending.size > 0) && now - this.#progressAt > PATIENCE_MS;
    if (this.#state.reachable && (!isUp || isStuck)) this.#lose();
    if (!isUp) return;
    if (!this.#state.reachable) this.#progressAt = now;
    if (isPaused !== this.#state.paused) setTransferPaused(this.#state, isPaused, this);
    onReachable(this.#state, this);
  }

  /** Not there, or nothing is taken in there now: begin anew at the next look. */
  #lose(): void {
    this.#withdraw();
    this.#outbox.clear();
    this.#receipt = undefined;
    onLost(this.#state);
  }

  /** That all has been given under that receipt does not count over there: records have gone since. */
  notCounted(receipt: number): void {
    if (!this.#isClosed && this.#state.phase === 'complete' && receipt === this.#receipt) this.#lose();
  }

  /** A write is about to be applied. @returns whether its acknowledgement has to wait until {@link whenThere} calls. */
  written(key: string, checked: Uint8Array): boolean {
    this.#written = { key, checked };
    const waits = onWritten(this.#state, key, this);
    this.#written = undefined;
    return waits;
  }

  whenThere(key: string, callback: () => void): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, [callback]);
    else waiting.push(callback);
  }

  /** The other has the move durably. */
  moveKnown(): void {
    onMoveKnown(this.#state, this);
  }

  close(): void {
    this.#isClosed = true;
    this.#withdraw();
    this.#outbox.clear();
  }

  get #peer(): Peer | undefined {
    return this.#parts.topology.reach(this.errand.to)?.peer;
  }

  offer(after: string | undefined, number: number): void {
    const { background, world } = this.#parts;
    const most = pageEntries(background.sliceBytes);
    this.#progressAt = world.clock.now();
    this.#withdraw = background.run('transfer', most * ENTRY_BYTES, () => this.#offerNow(after, number, most));
  }

  #offerNow(after: string | undefined, number: number, most: number): void {
    const { configuration, world, replica } = this.#parts;
    const { n, partition } = this.errand;
    const entries = entriesOf(world.engine, partition, after === undefined ? undefined : Buffer.from(after, 'latin1'), most);
    const more = entries.length === most;
    const last = entries.at(-1)?.key;
    const offered = entries.filter(({ key, value }) => {
      if (nOf(configuration, key) !== n) return false;
      if (isIntact(key, value)) return true;
      // The other replicas have it: the new holder is repaired from them.
      replica.reportDamaged(key);
      return false;
    });
    this.#progressAt = world.clock.now();
    const page = { last: last === undefined ? undefined : latin1(last), more };
    if (offered.length === 0 && this.#receipt !== undefined) {
      onCompared(this.#state, number, { ...page, wanted: [] }, this);
      return;
    }
    this.#peer?.request(
      TRANSFER_KIND.offer,
      (writer) => {
        writer.u8(n).u16(partition);
        for (const { key, value } of offered) writer.bytes16(key).bytes32(clockSection(recordOf(value)));
      },
      (kind, body) => {
        if (kind === (TRANSFER_KIND.offer | 0x80))
          this.#onWanted(
            offered.map(({ key }) => latin1(key)),
            page,
            number,
            body,
          );
        else this.#lose();
      },
      () => {},
    );
  }

  #onWanted(keys: readonly string[], page: { last: string | undefined; more: boolean }, number: number, body: Reader): void {
    if (this.#isClosed || this.#state.offered !== number) return;
    this.#progressAt = this.#parts.world.clock.now();
    const receipt = body.u32();
    this.#receipt ??= receipt;
    if (this.#receipt !== receipt) {
      // What was there before may be there no more.
      this.#lose();
      return;
    }
    const wanted = keys.filter(() => body.u8() === 1);
    onCompared(this.#state, number, { ...page, wanted }, this);
  }

  send(key: string, number: number): void {
    if (this.#written?.key === key) this.#sendWritten(key, number, this.#written.checked);
    else this.#outbox.add(key, number);
  }

  #sendWritten(key: string, number: number, checked: Uint8Array): void {
    const { replica, configuration } = this.#parts;
    const storageKey = Buffer.from(key, 'latin1');
    const readIn = replica.eras.current;
    const { conflict: policy } = configuration.buckets.get(parseStorageKey(storageKey).bucket) ?? configuration.defaults;
    this.#fresh.keys++;
    this.#fresh.bytes += checked.length;
    this.#peer?.request(
      TRANSFER_KIND.fresh,
      (writer) => encodeReplicaWrite(writer, { durability: 'disk', policy, readIn, storageKey, checkedRecord: checked }),
      (kind, reply) => {
        if (kind === KIND.replicaStored) this.#onStoredThere(key, number);
        else if (!isTooOld(kind, reply) || !this.#onNeverStoredThere(key, number)) this.#lose();
      },
      () => {},
    );
  }

  #onStoredThere(key: string, number: number): void {
    this.#progressAt = this.#parts.world.clock.now();
    onStoredThere(this.#state, key, number, this);
  }

  #onNeverStoredThere(key: string, number: number): boolean {
    const { seating, configuration } = this.#parts;
    return onNeverStoredThere(this.#state, key, number, seating.hasHandedAllOver(configuration.nodeName), this);
  }

  persistMove(): void {
    this.#events.persistMove(
      this.errand,
      this.#receipt ?? 0,
      () => onMovePersisted(this.#state),
      () => {
        this.#receipt = undefined;
        onRefused(this.#state, this);
      },
    );
  }

  completed(): void {
    this.#events.completed(this.errand);
  }

  release(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    for (const callback of waiting ?? []) callback();
  }

  /** Who wrote it hears nothing, as when a node stops: whether the write will be seen is unknown. */
  giveUp(key: string): void {
    this.#waiting.delete(key);
  }

  drop(): void {
    this.#events.drop(this.errand);
  }
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
