/**
 * A history with a fingerprint of each of its beginnings, and the few of them by which two nodes find out where their histories part.
 *
 * Intuition: histories grow at the end, so two of them nearly always share a long beginning. Of a history of c changes the beginnings of
 * c, c - 1, c - 2, c - 4, c - 8 ... changes are told: whoever compares them with its own knows the point of parting to within a
 * factor of two, and what is sent twice is no more than what is new. In the worst case (a change far back in the order) more is sent
 * than needed; the union is the same.
 */
import { Writer } from '../../runtime/bytes/index.ts';
import { type History, writeChanges } from '../membership/index.ts';
import { fingerprint, mixPair } from '../ring/index.ts';

/** 48 bits. */
export type Fingerprint = number;

export interface Outlined {
  readonly history: History;
  /** One more than changes: that of no change at all is first. */
  readonly fingerprints: readonly Fingerprint[];
}

/** The first `length` changes of a history. */
export interface Beginning {
  readonly length: number;
  readonly fingerprint: Fingerprint;
}

const NOTHING: Fingerprint = 0;
export const NOTHING_OUTLINED: Outlined = { history: [], fingerprints: [NOTHING] };

/** @param before - of an earlier state of the history: what they share is not computed again. */
export function outlined(history: History, before: Outlined = NOTHING_OUTLINED): Outlined {
  let shared = 0;
  while (shared < before.history.length && before.history[shared] === history[shared]) shared++;
  const fingerprints = before.fingerprints.slice(0, shared + 1);
  const writer = new Writer();
  for (let index = shared; index < history.length; index++) {
    writer.clear();
    writeChanges(writer, history.slice(index, index + 1));
    fingerprints.push(extended(fingerprints[index] ?? NOTHING, fingerprint(writer.view())));
  }
  return { history, fingerprints };
}

function extended(before: Fingerprint, change: string): Fingerprint {
  const [left, right] = [Number.parseInt(change.slice(0, 8), 16), Number.parseInt(change.slice(8), 16)];
  const high = mixPair(Math.floor(before / 2 ** 32), left) & 0xffff;
  return high * 2 ** 32 + mixPair(before % 2 ** 32, right);
}

export function whole({ history, fingerprints }: Outlined): Beginning {
  return { length: history.length, fingerprint: fingerprints.at(-1) ?? NOTHING };
}

/** Falling lengths. */
export function beginnings({ history, fingerprints }: Outlined): readonly Beginning[] {
  const told: Beginning[] = [];
  for (let back = 0; back < history.length; back = back === 0 ? 1 : 2 * back) {
    const length = history.length - back;
    told.push({ length, fingerprint: fingerprints[length] ?? NOTHING });
  }
  return told;
}

export function shares({ history, fingerprints }: Outlined, { length, fingerprint: of }: Beginning): boolean {
  return length <= history.length && fingerprints[length] === of;
}
