/**
 * Watches at a node: who waits for news of a key. A home replica of the key hears of each write that reaches it, reads the key as
 * any reader would, and answers if that is news to the watcher; a node that is none passes the watch on to a home.
 *
 * | state   | event                              | new state | effect                                          |
 * |---------|------------------------------------|-----------|-------------------------------------------------|
 * | none    | watch                              | reading   | read                                            |
 * | reading | the read found news                | none      | answer it                                       |
 * | reading | it found none, written since       | reading   | read                                            |
 * | reading | it found none                      | waiting   |                                                 |
 * | reading | it failed for the first time       | waiting   | read again a little later                       |
 * | reading | it failed again                    | none      | answer `cannot-watch`: the watcher goes elsewhere|
 * | waiting | a write of the key reaches the node| reading   | read                                            |
 * | any     | the lease ends                     | none      | answer that there are no news                   |
 * | any     | the node stops                     | none      | answer `stopping`: the watcher goes elsewhere   |
 *
 * A write that passes this home by is found when the lease is renewed, by a read of R replicas: so a watcher is behind for a lease at
 * most, as long as R replicas can be read. Invariant: a watcher is answered once.
 */
import { decodeRecord, NO_VERSIONS } from '../../../protocols/versions/index.ts';
import { copyBytes } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import { type Coordinator, isUp } from '../coordinator/index.ts';
import { cannotWatch, overloaded, stopping } from '../errors.ts';
import type { Arrival, Cancel, GetReply, ReplyHandler, WatchReply, WatchRequest } from '../requests.ts';
import type { ServiceParts } from '../service-parts.ts';
import { decodeSeen, isNews, type SeenState, seenState } from '../watching/index.ts';
import { passOn } from './pass-on.ts';

const WATCHERS_MAXIMUM = 10_000;
const LONGEST_LEASE_MS = 60_000;
/** A write that was just heard of has not been stored yet; those of a burst are read together. */
const SETTLE_MS = 2;
const AGAIN_MS = 250;
const READ_TIMEOUT_MS = 1_000;

interface Watcher {
  readonly request: WatchRequest;
  /** `undefined`: anything is news. */
  readonly known: SeenState | undefined;
  readonly handler: ReplyHandler<WatchReply>;
  readonly storageKey: string;
  readonly mark: Uint8Array;
  readonly conflict: string;
  isReading: boolean;
  wasWritten: boolean;
  hasFailed: boolean;
  next: Timer | undefined;
  end: Timer | undefined;
  isOver: boolean;
}

export class Watches {
  readonly #parts: ServiceParts;
  readonly #coordinator: Coordinator;
  /** By storage key. */
  readonly #watched = new Map<string, Set<Watcher>>();
  #count = 0;

  constructor(parts: ServiceParts, coordinator: Coordinator) {
    this.#parts = parts;
    this.#coordinator = coordinator;
    parts.replica.observeWrites((storageKey) => {
      if (this.#watched.size > 0) this.#onWrite(storageKey);
    });
  }

  /** Watchers that wait on this node now. */
  get count(): number {
    return this.#count;
  }

  watch(request: WatchRequest, arrival: Arrival, handler: ReplyHandler<WatchReply>): Cancel {
    const { topology } = this.#parts;
    if (this.#count >= WATCHERS_MAXIMUM) throw overloaded(topology.nodeName, this.#count);
    const settings = this.#coordinator.settings(request.bucket);
    const place = topology.place(request.bucket, request.key);
    const homes = topology.replicas(place.partition, settings.n);
    const isHome = homes.some(({ peer }) => peer === undefined);
    const up = homes.filter((home) => home.peer !== undefined && isUp(home));
    const home = up[this.#parts.world.random.below(up.length || 1)];
    if (!isHome && arrival === 'direct' && home?.peer !== undefined)
      return passOn(home.peer, this.#parts.world.timers, request, handler);
    const watcher: Watcher = {
      request: { ...request, key: copyBytes(request.key) },
      known: request.known === undefined ? undefined : decodeSeen(request.known),
      handler,
      storageKey: nameOf(place.storageKey),
      mark: place.position,
      conflict: settings.conflict,
      isReading: false,
      wasWritten: false,
      hasFailed: false,
      next: undefined,
      end: undefined,
      isOver: false,
    };
    this.#begin(watcher);
    return () => this.#finish(watcher);
  }

  stop(): void {
    const error = stopping(this.#parts.topology.nodeName);
    for (const watchers of [...this.#watched.values()]) {
      for (const watcher of [...watchers]) if (this.#finish(watcher)) watcher.handler.fail(error);
    }
  }

  #begin(watcher: Watcher): void {
    const watchers = this.#watched.get(watcher.storageKey) ?? new Set();
    watchers.add(watcher);
    this.#watched.set(watcher.storageKey, watchers);
    this.#count++;
    const leaseMs = Math.min(watcher.request.timeoutMs, LONGEST_LEASE_MS);
    watcher.end = this.#parts.world.timers.after(leaseMs, () => this.#answer(watcher, undefined));
    this.#read(watcher);
  }

  #onWrite(storageKey: Uint8Array): void {
    for (const watcher of this.#watched.get(nameOf(storageKey)) ?? []) {
      if (watcher.isReading) watcher.wasWritten = true;
      else this.#readAfter(watcher, SETTLE_MS);
    }
  }

  #readAfter(watcher: Watcher, delayMs: number): void {
    if (watcher.isOver) return;
    watcher.next ??= this.#parts.world.timers.after(delayMs, () => this.#read(watcher));
  }

  #read(watcher: Watcher): void {
    watcher.next?.cancel();
    watcher.next = undefined;
    if (watcher.isOver) return;
    watcher.isReading = true;
    watcher.wasWritten = false;
    const { bucket, key } = watcher.request;
    const done = (reply: GetReply | undefined): void => {
      watcher.isReading = false;
      if (reply !== undefined && this.#isNews(watcher, reply)) this.#answer(watcher, reply);
      else if (reply === undefined) this.#readAfter(watcher, AGAIN_MS);
      else if (watcher.wasWritten) this.#readAfter(watcher, SETTLE_MS);
    };
    try {
      this.#coordinator.get({ kind: 'get', bucket, key, r: 0, timeoutMs: READ_TIMEOUT_MS }, 'direct', {
        reply: (reply) => done(reply),
        fail: (error) => this.#onReadFailed(watcher, error, done),
      });
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      this.#onReadFailed(watcher, error, done);
    }
  }

  #onReadFailed(watcher: Watcher, error: QuorateError, done: (reply: undefined) => void): void {
    const mayMend = MENDING.has(error.code);
    if (mayMend && !watcher.hasFailed) {
      watcher.hasFailed = true;
      done(undefined);
    } else if (this.#finish(watcher)) {
      watcher.handler.fail(mayMend ? cannotWatch(this.#parts.topology.nodeName, error.message) : error);
    }
  }

  #isNews({ known }: Watcher, { record }: GetReply): boolean {
    if (known === undefined) return true;
    const versions = record === undefined ? NO_VERSIONS : decodeRecord(record);
    return isNews(seenState(versions), known);
  }

  #answer(watcher: Watcher, reply: GetReply | undefined): void {
    if (!this.#finish(watcher)) return;
    const { mark, conflict, handler } = watcher;
    handler.reply({ kind: 'watch', mark, conflict, record: reply?.record, isNews: reply !== undefined });
  }

  /** @returns whether it was not over yet. */
  #finish(watcher: Watcher): boolean {
    if (watcher.isOver) return false;
    watcher.isOver = true;
    watcher.next?.cancel();
    watcher.end?.cancel();
    this.#count--;
    const watchers = this.#watched.get(watcher.storageKey);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watched.delete(watcher.storageKey);
    return true;
  }
}

/** Failures of a read that time may mend; the others are the watcher's own doing. */
const MENDING: ReadonlySet<string> = new Set(['timeout', 'not-enough-replicas', 'connection-lost', 'overloaded', 'stopping']);

function nameOf(storageKey: Uint8Array): string {
  return Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
}
