/**
 * The part of a chain's log that the protocol itself must hold: the entries after `base`. What is before has been acknowledged, and
 * the store keeps it where it likes.
 *
 * Logs are values: every change gives a new one, so that what was handed to a persist does not change under it.
 * Invariant: entry i of `entries` has index base + 1 + i.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { ProcessId } from '../process/index.ts';
import type { Epoch } from './configuration.ts';

/** The place of an entry in the log: 1 or more. 0 is before all. */
export type Index = number;

export interface Entry<Value> {
  readonly index: Index;
  /** In which the head took it. */
  readonly epoch: Epoch;
  /** Who asked for it, and under which number: the tail answers there. */
  readonly client: ProcessId;
  readonly request: number;
  readonly value: Value;
}

export interface Log<Value> {
  readonly base: Index;
  readonly entries: readonly Entry<Value>[];
}

export const EMPTY_LOG: Log<never> = { base: 0, entries: [] };

export function lastIndex({ base, entries }: Log<unknown>): Index {
  return base + entries.length;
}

/** `undefined`: there is none, or it is in the store's keeping. */
export function entryAt<Value>({ base, entries }: Log<Value>, index: Index): Entry<Value> | undefined {
  return entries[index - base - 1];
}

/** @param index - the base or more. */
export function entriesAfter<Value>({ base, entries }: Log<Value>, index: Index): readonly Entry<Value>[] {
  invariant(index >= base, `the entries after ${index} are not all in the store's keeping (${base})`);
  return entries.slice(index - base);
}

export function append<Value>(log: Log<Value>, more: readonly Entry<Value>[]): Log<Value> {
  invariant(
    more.every((entry, place) => entry.index === lastIndex(log) + 1 + place),
    'appended entries follow the last one',
  );
  return { base: log.base, entries: [...log.entries, ...more] };
}

/** Keep what is up to `index`. */
export function cutAfter<Value>({ base, entries }: Log<Value>, index: Index): Log<Value> {
  return { base, entries: entries.slice(0, Math.max(0, index - base)) };
}

/** Hand what is up to `index` over to the store. */
export function handOver<Value>(log: Log<Value>, index: Index): Log<Value> {
  return index <= log.base ? log : { base: index, entries: entriesAfter(log, index) };
}
