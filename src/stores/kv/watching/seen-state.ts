/**
 * What a watcher has seen of a key, in the few bytes in which it tells whoever watches for it: the clock, and the dots of the versions
 * that could be read. Another state is news if it has seen a write that the watcher has not, or if it lacks a version that it has
 * seen: one that is superseded, deleted or expired. An older state is neither, so a replica that is behind makes no noise.
 */
import {
  compareDots,
  covers,
  type Dot,
  decodeVector,
  descends,
  encodeDots,
  isReadable,
  type Versions,
  type VersionVector,
} from '../../../protocols/versions/index.ts';
import { MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';

export interface SeenState {
  readonly clock: VersionVector;
  /** Of the versions with a value. */
  readonly dots: readonly Dot[];
}

export const NOTHING_WATCHED: SeenState = { clock: [], dots: [] };

/** `now`: wall time, for versions that expire; without it none has. */
export function seenState({ clock, versions }: Versions, now = Number.NEGATIVE_INFINITY): SeenState {
  return { clock, dots: versions.filter((version) => isReadable(version, now)).map(({ dot }) => dot) };
}

export function isNews(state: SeenState, known: SeenState): boolean {
  if (!descends(known.clock, state.clock)) return true;
  return known.dots.some((dot) => covers(state.clock, dot) && !holds(state, dot));
}

export function sameValues(a: SeenState, b: SeenState): boolean {
  return a.dots.length === b.dots.length && a.dots.every((dot) => holds(b, dot));
}

function holds({ dots }: SeenState, dot: Dot): boolean {
  return dots.some((other) => compareDots(other, dot) === 0);
}

export function encodeSeen({ clock, dots }: SeenState): Uint8Array {
  const writer = new Writer(64);
  encodeDots(writer, clock);
  writer.u16(dots.length);
  for (const { actor, counter } of dots) writer.u48(actor).u48(counter);
  return writer.copy();
}

/** @throws MalformedBytes */
export function decodeSeen(bytes: Uint8Array): SeenState {
  const reader = new Reader(bytes);
  const clock = decodeVector(reader);
  const count = reader.u16();
  const dots: Dot[] = [];
  for (let index = 0; index < count; index++) dots.push({ actor: reader.u48(), counter: reader.u48() });
  if (reader.remaining > 0) throw new MalformedBytes('bytes behind what a watcher has seen');
  return { clock, dots };
}
