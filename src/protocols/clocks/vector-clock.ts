/**
 * Vector clocks: for each actor, how many of its events are in the past. They tell exactly whether one event happened before
 * another or the two are concurrent.
 *
 * Sources: Fidge (1988) and Mattern (1989); the Dynamo paper, section 4.4, for clocks of object versions and for truncation.
 * The store itself keeps dotted version vectors (`protocols/versions`), which need no truncation and tell concurrent writes through one actor apart.
 *
 * **Truncation and its hazard.** The paper drops the oldest entry of a clock longer than ten. A clock so cut no longer descends
 * from what it has forgotten: versions that it supersedes look concurrent to it, so siblings appear that are none. Worse, an actor
 * that is forgotten and counts from 1 again makes clocks that old ones dominate, so that a *new* version is taken for an old one
 * and thrown away. Therefore: truncate only a clock just incremented, and let each actor remember the highest counter it ever
 * gave out (`issued` of {@link increment}). With that, truncation can add siblings and never lose a write.
 *
 * Invariants: entries are sorted by actor, none twice, counters from 1, so equal clocks have equal encodings; `mergeClocks` is
 * commutative, associative and idempotent; clocks are never changed in place.
 */
import { MalformedBytes, type Reader, type Writer } from '../../runtime/bytes/index.ts';
import { invariant } from '../../runtime/errors/index.ts';

export interface VectorClockEntry {
  /** Who counts: 1 to 255 of printable ASCII. */
  readonly actor: string;
  /** Events of the actor that are in the past, from 1. */
  readonly counter: number;
  /** When the entry last grew, milliseconds on the actor's wall clock: only {@link truncate} looks at it. */
  readonly touched: number;
}

/** Sorted by actor. */
export type VectorClock = readonly VectorClockEntry[];

export const EMPTY_CLOCK: VectorClock = [];

/** Clocks with more entries are cut, in the paper. */
export const PAPER_TRUNCATION_LIMIT = 10;

/** `before`: the first is in the past of the second. */
export type CausalOrder = 'before' | 'after' | 'equal' | 'concurrent';

export interface IncrementOptions {
  /** Milliseconds on the wall clock; only needed by whoever truncates. */
  readonly now?: number;
  /** The highest counter that the actor has ever given out; only needed by whoever truncates. */
  readonly issued?: number;
}

/** The clock of a new event of `actor`, whose past the given clock is. */
export function increment(clock: VectorClock, actor: string, { now = 0, issued = 0 }: IncrementOptions = {}): VectorClock {
  let place = 0;
  let newest = now;
  for (const entry of clock) {
    if (entry.actor < actor) place++;
    // The event's own entry must be the newest, however the wall clocks differ: truncation must never take it.
    if (entry.touched >= newest) newest = entry.touched + (entry.actor === actor ? 0 : 1);
  }
  const old = clock[place]?.actor === actor ? clock[place] : undefined;
  const entry = { actor, counter: Math.max(old?.counter ?? 0, issued) + 1, touched: newest };
  return clock.toSpliced(place, old === undefined ? 0 : 1, entry);
}

/** The least clock with both pasts in it. */
export function mergeClocks(a: VectorClock, b: VectorClock): VectorClock {
  const merged: VectorClockEntry[] = [];
  let left = 0;
  let right = 0;
  for (let x = a[left], y = b[right]; x !== undefined || y !== undefined; x = a[left], y = b[right]) {
    const takeLeft = y === undefined || (x !== undefined && x.actor <= y.actor);
    const takeRight = x === undefined || (y !== undefined && y.actor <= x.actor);
    merged.push(laterEntry(takeLeft ? x : undefined, takeRight ? y : undefined));
    if (takeLeft) left++;
    if (takeRight) right++;
  }
  return merged;
}

function laterEntry(x: VectorClockEntry | undefined, y: VectorClockEntry | undefined): VectorClockEntry {
  if (x === undefined || y === undefined) {
    const only = x ?? y;
    invariant(only !== undefined, 'one of two clocks has an entry');
    return only;
  }
  return x.counter > y.counter || (x.counter === y.counter && x.touched >= y.touched) ? x : y;
}

/** How the events of two clocks are related. */
export function compareClocks(a: VectorClock, b: VectorClock): CausalOrder {
  const forth = descends(b, a);
  const back = descends(a, b);
  if (forth && back) return 'equal';
  if (forth) return 'before';
  return back ? 'after' : 'concurrent';
}

/** Whether all that is in the past of `ancestor` is in the past of `clock`; each clock descends from itself. */
export function descends(clock: VectorClock, ancestor: VectorClock): boolean {
  let place = 0;
  for (const { actor, counter } of ancestor) {
    let entry = clock[place];
    while (entry !== undefined && entry.actor < actor) entry = clock[++place];
    if (entry === undefined || entry.actor !== actor || entry.counter < counter) return false;
  }
  return true;
}

/** Only the `limit` entries that grew last; see the hazard above. @see the Dynamo paper, section 4.4 */
export function truncate(clock: VectorClock, limit: number = PAPER_TRUNCATION_LIMIT): VectorClock {
  invariant(Number.isInteger(limit) && limit >= 1, `${limit} is a limit of entries`);
  if (clock.length <= limit) return clock;
  const kept = new Set(clock.toSorted((a, b) => b.touched - a.touched || (a.actor < b.actor ? -1 : 1)).slice(0, limit));
  return clock.filter((entry) => kept.has(entry));
}

/** Length of the actor's name, a name of one byte, counter and time touched. */
const ENTRY_BYTES_MINIMUM = 1 + 1 + 6 + 6;

/** Count (2 bytes), then per entry the actor (1+), counter (6) and time touched (6). */
export function encodeClock(writer: Writer, clock: VectorClock): void {
  writer.u16(clock.length);
  for (const { actor, counter, touched } of clock) writer.ascii(actor).u48(counter).u48(touched);
}

/** @throws MalformedBytes unless the clock is in its canonical form. */
export function decodeClock(reader: Reader): VectorClock {
  const count = reader.u16();
  if (count * ENTRY_BYTES_MINIMUM > reader.remaining) {
    throw new MalformedBytes(`${count} clock entries announced, ${reader.remaining} bytes left`);
  }
  const clock: VectorClockEntry[] = [];
  for (let index = 0; index < count; index++) {
    const entry = { actor: reader.ascii(), counter: reader.u48(), touched: reader.u48() };
    // The empty name sorts before all others, so that this also refuses it.
    if (entry.actor <= (clock.at(-1)?.actor ?? '')) throw new MalformedBytes(`actor '${entry.actor}' is out of order`);
    if (entry.counter === 0) throw new MalformedBytes(`actor '${entry.actor}' counts from 1`);
    clock.push(entry);
  }
  return clock;
}
