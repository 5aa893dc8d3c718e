/** Seats of registers whose holders have not got what was acknowledged for them, as the holders tell it (topic `registers`; docs/atomic.md). */
import type { Json } from '../../stores/kv/index.ts';

export const WAITING_SEATS_TOPIC = 'registers';

export interface WaitingSeat {
  /** Seats of the partition. */
  readonly n: number;
  readonly partition: number;
  /** Which of them. */
  readonly place: number;
}

/** In the answer of one node. What cannot be read is left out: a node of a later version may tell more. */
export function waitingSeatsIn(answer: Json): readonly WaitingSeat[] {
  const claimed: unknown = isObject(answer) ? answer['claimed'] : undefined;
  return Array.isArray(claimed) ? claimed.filter(isWaitingSeat) : [];
}

/** Partitions, each once, in their order. */
export interface WaitingPartitions {
  /** Fewer than a majority of their seats have got their registers: they answer neither reads nor writes. */
  readonly silent: readonly number[];
  /** Some seats wait, and the others are enough if their holders are up. */
  readonly incomplete: readonly number[];
}

/** @param seats - of all nodes that were asked */
export function waitingPartitions(seats: readonly WaitingSeat[]): WaitingPartitions {
  const places = new Map<string, Set<number>>();
  const [silent, all] = [new Set<number>(), new Set<number>()];
  for (const { n, partition, place } of seats) {
    const waiting = (places.get(`${n}/${partition}`) ?? new Set()).add(place);
    places.set(`${n}/${partition}`, waiting);
    all.add(partition);
    if (n - waiting.size <= n / 2) silent.add(partition);
  }
  const sorted = (partitions: Iterable<number>): readonly number[] => [...partitions].sort((a, b) => a - b);
  return { silent: sorted(silent), incomplete: sorted(all.difference(silent)) };
}

function isWaitingSeat(value: unknown): value is WaitingSeat {
  return isObject(value) && ['n', 'partition', 'place'].every((name) => Number.isSafeInteger(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
