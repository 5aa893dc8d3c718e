/**
 * Hands the hints for one target over, page by page, some of them under way at a time. Each page is a slice of background work, as large as the
 * present rate allows, and so is its storing at the target: both sides set the pace.
 *
 * | phase   | what is sent                                  | ends                                                       |
 * |---------|-----------------------------------------------|------------------------------------------------------------|
 * | pass    | the hints that are there, in order of keys    | with the last one                                          |
 * | fresh   | those that came or changed since the pass began | with the last one; when they are too many, with a new pass |
 *
 * A pass goes past all that were retired before, until the engine has moved them: so there is not one more of them than needed. What the
 * target refuses waits for the next look.
 */
import { copyBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import type { Cancel } from '../requests.ts';
import type { DeliveryParts } from './delivery-parts.ts';
import type { Hint } from './hint.ts';
import { encodeHandedOver, HINT_KIND } from './hint-frames.ts';
import type { HintPages } from './hint-pages.ts';

/**
 * Under way, so that it is the rate that sets the pace, and not the time that a page takes: at the smallest size of pages, and at the
 * largest.
 */
const MOST_PAGES = 32;
const MOST_BYTES = 256 * 1024;
/** A target that has not answered in this time has not got them: longer than a page waits for its slice at the slowest rate. */
const PATIENCE_MS = 30_000;
/** Then what is read is opened anew: the engine keeps what there was. */
const MOST_READ = 4_096;
const MOST_OPEN_MS = 1_000;
/** More than these are found by a pass. */
const MOST_FRESH = 10_000;

interface Page {
  readonly hints: readonly Hint[];
  readonly since: Instant;
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
  readonly #underWay = new Set<Page>();
  #pages: { readonly pages: HintPages; readonly since: Instant; readonly readIn: number } | undefined;
  /** The last key of the pass, so far; `undefined` before the first and after the last. */
  #last: Uint8Array | undefined;
  #isPassing = false;
  /** Came since the pass began, each once, by its key as text; `undefined`: too many, or there was no pass yet. */
  #fresh: Map<string, Uint8Array> | undefined;
  /** Sent in this pass. */
  #found = 0;
  #withdraw: Cancel | undefined;
  /** The target has refused some: not before the next look. */
  #isRefused = false;
  #isClosed = false;

  constructor(parts: DeliveryParts, target: string, peer: Peer, events: HandOverEvents) {
    this.#parts = parts;
    this.#target = target;
    this.#peer = peer;
    this.#events = events;
  }

  /** Of this link; when there is another one, all begins anew. */
  get peer(): Peer {
    return this.#peer;
  }

  /** A hint for the target was stored. */
  onStored(storageKey: Uint8Array): void {
    if (this.#fresh === undefined) return;
    if (this.#fresh.size >= MOST_FRESH) this.#fresh = undefined;
    else {
      const name = Buffer.from(storageKey.buffer, storageKey.byteOffset, storageKey.length).toString('latin1');
      if (!this.#fresh.has(name)) this.#fresh.set(name, copyBytes(storageKey));
    }
  }

  /** Now and then. */
  look(): void {
    const now = this.#parts.world.clock.now();
    if ([...this.#underWay].some(({ since }) => now - since >= PATIENCE_MS)) this.#beginAnew();
    this.#isRefused = false;
    const isThrough = !this.#isPassing && this.#fresh?.size === 0 && this.#underWay.size === 0;
    if (isThrough && this.#parts.hints.targets.has(this.#target)) this.#fresh = undefined;
    this.#closeOld(now);
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
    const { replica } = this.#parts;
    // What is open shows what was there when it was opened.
    const readIn = this.#pages?.readIn ?? replica.eras.current;
    const hints = this.#next(bytes).filter((hint) => !this.#events.redirected(hint));
    if (hints.length === 0) return;
    const page: Page = { hints, since: this.#parts.world.clock.now(), correlation: 0 };
    this.#underWay.add(page);
    page.correlation = this.#peer.request(
      HINT_KIND.deliver,
      (writer) => encodeHandedOver(writer, readIn, hints),
      (kind, body) => this.#onAnswer(page, kind === HINT_KIND.delivered ? body : undefined),
      () => this.#onAnswer(page, undefined),
    );
  }

  #next(bytes: number): readonly Hint[] {
    if (!this.#isPassing && this.#fresh === undefined) {
      this.#isPassing = true;
      this.#last = undefined;
      this.#found = 0;
      this.#fresh = new Map();
    }
    if (!this.#isPassing) return this.#nextFresh(bytes);
    const { clock } = this.#parts.world;
    const readIn = this.#parts.replica.eras.current;
    this.#pages ??= { pages: this.#parts.hints.pages(this.#target, this.#last), since: clock.now(), readIn };
    const hints = this.#pages.pages.next(bytes);
    this.#found += hints.length;
    const last = hints.at(-1);
    if (last === undefined) {
      this.#closePages();
      this.#isPassing = false;
      if (this.#found === 0) this.#parts.hints.foundNone(this.#target);
      return [];
    }
    this.#last = last.storageKey;
    this.#closeOld(clock.now());
    return hints;
  }

  #nextFresh(mostBytes: number): readonly Hint[] {
    const hints: Hint[] = [];
    let bytes = 0;
    for (const [name, storageKey] of this.#fresh ?? []) {
      if (bytes >= mostBytes) break;
      this.#fresh?.delete(name);
      const hint = this.#parts.hints.hint(this.#target, storageKey);
      bytes += storageKey.length + (hint?.checkedRecord.length ?? 0);
      if (hint !== undefined) hints.push(hint);
    }
    return hints;
  }

  #onAnswer(page: Page, body: Reader | undefined): void {
    if (!this.#underWay.delete(page) || this.#isClosed) return;
    const isStored = page.hints.map(() => body !== undefined && body.remaining > 0 && body.u8() === 1);
    const done = page.hints.filter((_hint, index) => isStored[index] === true);
    if (done.length > 0) {
      this.#parts.hints.traffic.onSent(this.#target);
      this.#parts.hints.retire(done, () => {});
    }
    this.#events.delivered(done.length);
    for (const [index, { storageKey }] of page.hints.entries()) if (isStored[index] !== true) this.onStored(storageKey);
    if (done.length < page.hints.length) this.#isRefused = true;
    else this.#ask();
  }

  #closeOld(now: Instant): void {
    if (this.#pages === undefined) return;
    if (this.#pages.pages.read >= MOST_READ || now - this.#pages.since > MOST_OPEN_MS) this.#closePages();
  }

  #closePages(): void {
    this.#pages?.pages.close();
    this.#pages = undefined;
  }
}
