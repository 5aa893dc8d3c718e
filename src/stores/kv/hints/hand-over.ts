/**
 * Hands the hints for one target over, page by page, some of them under way at a time. Each page is a slice of background work, as large as the
 * present rate allows, and so is its storing at the target: both sides set the pace.
 *
 * | phase   | what is sent                                  | ends                                                       |
 * |---------|-----------------------------------------------|------------------------------------------------------------|
 * | pass    | the hints that are there, in order of keys    | with the last one                                          |
 * | fresh   | those that came or changed since the pass began | with the last one; when they are too many, with a new pass |
 *
 * A pass goes past all that were retired before, until the engine has moved them: so there is not one more of them than needed. After one of
 * which each hint was delivered, and without fresh ones, there are none. What the target refuses waits for the next look.
 */
import { compareBytes, copyBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Cancel } from '../requests.ts';
import type { DeliveryParts } from './delivery-parts.ts';
import type { Hint } from './hint.ts';
import { encodeHandedOver, HINT_KIND } from './hint-frames.ts';
import type { HintPage, HintPages, Mark } from './hint-pages.ts';

/**
 * Under way, so that it is the rate that sets the pace, and not the time that a page takes: at the smallest size of pages, and at the
 * largest.
 */
const MOST_PAGES = 32;
const MOST_BYTES = 256 * 1024;
/** A target that has not answered in this time has not got them: longer than a page waits for its slice at the slowest rate. */
const PATIENCE_MS = 30_000;
/** Then what is read is opened anew: the engine keeps what there was. */
const MOST_OPEN_MS = 1_000;
/** More than these are found by a pass. */
const MOST_FRESH = 10_000;
/** Of hints that were not read in a pass: they may be under way twice. */
const MAYBE_TOUCHED = -1;

interface UnderWay extends HintPage {
  correlation: number;
}

export interface HandOverEvents {
  /** Whether it belongs to others than its target by now; then it is taken care of. */
  redirected(hint: Hint): boolean;
  delivered(count: number): void;
}

export class HandOver {
  readonly #parts: DeliveryParts;
  readonly #target: string;
  readonly #peer: Peer;
  readonly #events: HandOverEvents;
  readonly #underWay = new Set<UnderWay>();
  #pages: HintPages | undefined;
  /** The last key of the pass, so far; `undefined` before the first and after the last. */
  #last: Uint8Array | undefined;
  #isPassing = false;
  /** Came since the pass began, by name; `undefined`: too many, or there was no pass yet. */
  #fresh: Map<string, Uint8Array> | undefined;
  /** Some of this pass are neither delivered nor among the fresh ones. */
  #areSomeLeft = false;
  /** What came since may be there still, though the pass has not met it. */
  #changesAtPass = 0;
  #withdraw: Cancel | undefined;
  /** The target has refused some: not before the next look. */
  #isRefused = false;
  #isClosed = false;

  constructor(parts: DeliveryParts, target: string, peer: Peer, events: HandOverEvents) {
    this.#parts = parts;
    this.#target = target;
    this.#peer = peer;
    this.#events = events;
    parts.hints.traffic.onSent(target);
  }

  /** Of this link; when there is another one, all begins anew. */
  get peer(): Peer {
    return this.#peer;
  }

  /** A hint for the target was stored. */
  onStored(storageKey: Uint8Array): void {
    if (this.#fresh === undefined) return;
    if (this.#fresh.size < MOST_FRESH) this.#fresh.set(nameOf(storageKey), copyBytes(storageKey));
    else this.#fresh = undefined;
  }

  /** Now and then. */
  look(): void {
    const now = this.#parts.world.clock.now();
    if ([...this.#underWay].some(({ mark }) => now - mark.at >= PATIENCE_MS)) this.#beginAnew();
    this.#isRefused = false;
    const isThrough = !this.#isPassing && this.#fresh?.size === 0 && this.#underWay.size === 0;
    if (isThrough && this.#parts.hints.targets.has(this.#target)) {
      const isAsBefore = this.#parts.hints.markOf(this.#target).changes === this.#changesAtPass;
      if (!this.#areSomeLeft && isAsBefore) this.#parts.hints.foundNone(this.#target);
      this.#fresh = undefined;
    }
    this.#pages?.closeOld(now - MOST_OPEN_MS, this.#last);
    this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    this.#beginAnew();
  }

  #beginAnew(): void {
    for (const { correlation } of this.#underWay) this.#peer.cancel(correlation);
    this.#underWay.clear();
    this.#withdraw?.();
    this.#withdraw = undefined;
    this.#closePages();
    this.#isPassing = false;
    this.#last = undefined;
    this.#fresh = undefined;
  }

  get #hasMore(): boolean {
    return this.#isPassing || this.#fresh === undefined || this.#fresh.size > 0;
  }

  #ask(): void {
    if (this.#isClosed || this.#isRefused || this.#withdraw !== undefined || !this.#hasMore) return;
    const { background } = this.#parts;
    const bytes = background.sliceBytes;
    if (this.#underWay.size >= Math.min(MOST_PAGES, MOST_BYTES / bytes)) return;
    this.#withdraw = background.run('hints', bytes, () => {
      this.#withdraw = undefined;
      this.#send(bytes);
      this.#ask();
    });
  }

  #send(bytes: number): void {
    const next = this.#next(bytes);
    if (next === undefined) return;
    const hints = next.hints.filter((hint) => !this.#events.redirected(hint));
    if (hints.length < next.hints.length) this.#areSomeLeft = true;
    if (hints.length === 0) return;
    const page: UnderWay = { hints, mark: next.mark, correlation: 0 };
    this.#underWay.add(page);
    page.correlation = this.#peer.request(
      HINT_KIND.deliver,
      (writer) => encodeHandedOver(writer, next.mark.readIn, hints),
      (kind, body) => this.#onAnswer(page, kind === HINT_KIND.delivered ? body : undefined),
      () => this.#onAnswer(page, undefined),
    );
  }

  #next(bytes: number): HintPage | undefined {
    if (!this.#isPassing && this.#fresh === undefined) {
      this.#isPassing = true;
      this.#last = undefined;
      this.#areSomeLeft = false;
      this.#changesAtPass = this.#parts.hints.markOf(this.#target).changes;
      this.#fresh = new Map();
    }
    if (!this.#isPassing) return this.#nextFresh(bytes);
    const { clock } = this.#parts.world;
    this.#pages ??= this.#parts.hints.pages(this.#target, this.#last);
    this.#pages.closeOld(clock.now() - MOST_OPEN_MS, this.#last);
    const page = this.#pages.next(bytes);
    if (page === undefined) {
      this.#closePages();
      this.#isPassing = false;
      return undefined;
    }
    this.#last = page.hints.at(-1)?.storageKey ?? this.#last;
    return page;
  }

  #nextFresh(mostBytes: number): HintPage {
    const hints: Hint[] = [];
    const mark: Mark = { ...this.#parts.hints.markOf(this.#target), changes: MAYBE_TOUCHED };
    let bytes = 0;
    for (const [name, storageKey] of this.#fresh ?? []) {
      if (bytes >= mostBytes) break;
      this.#fresh?.delete(name);
      const hint = this.#parts.hints.hint(this.#target, storageKey);
      bytes += storageKey.length + (hint?.checkedRecord.length ?? 0);
      if (hint !== undefined) hints.push(hint);
    }
    hints.sort((a, b) => compareBytes(a.storageKey, b.storageKey));
    return { hints, mark };
  }

  #onAnswer(page: UnderWay, body: Reader | undefined): void {
    if (!this.#underWay.delete(page) || this.#isClosed) return;
    const { hints, mark } = page;
    const isStored = body === undefined ? [] : body.rest();
    const done = hints.filter((_hint, index) => isStored[index] === 1);
    if (done.length > 0) {
      this.#parts.hints.traffic.onSent(this.#target);
      this.#parts.hints.retire(this.#target, done, mark.changes);
    }
    this.#events.delivered(done.length);
    if (done.length === hints.length) {
      this.#ask();
      return;
    }
    for (const [index, { storageKey }] of hints.entries()) if (isStored[index] !== 1) this.onStored(storageKey);
    this.#isRefused = true;
  }

  #closePages(): void {
    this.#pages?.close();
    this.#pages = undefined;
  }
}

function nameOf(storageKey: Uint8Array): string {
  return Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
}
