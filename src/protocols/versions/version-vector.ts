/**
 * Which writes of one key have been seen: for each actor, all its dots up to a counter. Entries are sorted by actor and no
 * counter is zero, so equal vectors have equal encodings.
 */
import { MalformedBytes, type Reader, type Writer } from '../../runtime/bytes/index.ts';
import { compareDots, type Dot } from './dot.ts';

/** One entry per actor, sorted by actor: "seen everything of `actor` up to `counter`". */
export type VersionVector = readonly Dot[];

export const EMPTY_VECTOR: VersionVector = [];

/** Whether the vector has seen that write. */
export function covers(vector: VersionVector, dot: Dot): boolean {
  for (const entry of vector) if (entry.actor === dot.actor) return entry.counter >= dot.counter;
  return false;
}

/** The least vector that has seen what either has. */
export function join(a: VersionVector, b: VersionVector): VersionVector {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const joined: Dot[] = [];
  let left = 0;
  let right = 0;
  while (left < a.length || right < b.length) {
    const x = a[left];
    const y = b[right];
    if (y === undefined || (x !== undefined && x.actor < y.actor)) {
      joined.push(x as Dot);
      left++;
    } else if (x === undefined || y.actor < x.actor) {
      joined.push(y);
      right++;
    } else {
      joined.push(x.counter >= y.counter ? x : y);
      left++;
      right++;
    }
  }
  return joined;
}

/** Whether `a` has seen all that `b` has. */
export function descends(a: VersionVector, b: VersionVector): boolean {
  return b.every((entry) => covers(a, entry));
}

/** Actor and counter, 6 bytes each. */
export const DOT_BYTES = 12;

export function encodeDots(writer: Writer, dots: readonly Dot[]): void {
  writer.u16(dots.length);
  for (const dot of dots) writer.u48(dot.actor).u48(dot.counter);
}

/** @throws MalformedBytes unless the dots are strictly ascending and positive: only the canonical form is accepted. */
export function decodeDots(reader: Reader): Dot[] {
  const count = reader.u16();
  if (count * DOT_BYTES > reader.remaining) throw new MalformedBytes(`${count} dots announced, ${reader.remaining} bytes left`);
  const dots: Dot[] = [];
  let previous: Dot | undefined;
  for (let index = 0; index < count; index++) {
    const dot: Dot = { actor: reader.u48(), counter: reader.u48() };
    if (dot.counter === 0) throw new MalformedBytes('a dot counts from 1');
    if (previous !== undefined && compareDots(previous, dot) >= 0) throw new MalformedBytes('dots are not in ascending order');
    dots.push(dot);
    previous = dot;
  }
  return dots;
}

/** @throws MalformedBytes also when an actor occurs twice. */
export function decodeVector(reader: Reader): VersionVector {
  const vector = decodeDots(reader);
  for (let index = 1; index < vector.length; index++) {
    if (vector[index]?.actor === vector[index - 1]?.actor) throw new MalformedBytes('an actor occurs twice in a version vector');
  }
  return vector;
}
