/** Where two states that should be equal differ. */
import { textOf } from './copy-and-text.ts';

export interface Difference {
  /** As one would write it in a program: `.acceptor.promised.round`; empty for the whole. */
  readonly path: string;
  readonly one: string;
  readonly other: string;
}

/** The first place, in depth, in which they differ; undefined if they are equal. */
export function firstDifference(one: unknown, other: unknown, path = ''): Difference | undefined {
  if (Object.is(one, other)) return undefined;
  for (const [step, a, b] of pairsOf(one, other)) {
    const difference = firstDifference(a, b, `${path}${step}`);
    if (difference !== undefined) return difference;
  }
  const [a, b] = [textOf(one), textOf(other)];
  return a === b ? undefined : { path, one: a, other: b };
}

/** What must be equal for the two to be equal, each with its step; none if they can only be compared as a whole. */
function pairsOf(one: unknown, other: unknown): [step: string, one: unknown, other: unknown][] {
  if (Array.isArray(one) && Array.isArray(other)) {
    const length = Math.max(one.length, other.length);
    return Array.from({ length }, (_nothing, place) => [`[${place}]`, one[place], other[place]]);
  }
  if (one instanceof Map && other instanceof Map) {
    const byText = new Map([...other].map(([key, value]) => [textOf(key), value]));
    const texts = new Set([...one.keys(), ...other.keys()].map(textOf));
    const mine = new Map([...one].map(([key, value]) => [textOf(key), value]));
    return [...texts].map((text) => [`.get(${text})`, mine.get(text), byText.get(text)]);
  }
  if (!isRecord(one) || !isRecord(other)) return [];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].map((name) => [`.${name}`, one[name], other[name]]);
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  if (data === null || typeof data !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === null;
}
