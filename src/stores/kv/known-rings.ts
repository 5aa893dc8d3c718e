/**
 * Rings that this process has computed already. A ring follows from its history alone and is never changed, and computing one for
 * hundreds of nodes takes seconds: nodes that share a process (tests, simulated clusters) share it, and a history that goes on from
 * a known one costs only what is new.
 */
import { fromConfiguration, type History, type Placed, place, versionOf } from '../../protocols/membership/index.ts';
import type { Ring } from '../../protocols/ring/index.ts';

type Configuration = Parameters<typeof fromConfiguration>[0];

const MOST_RINGS = 4;
const known = new Map<string, Placed>();

export function ringOfConfiguration(members: Configuration, partitions: number): Ring {
  return ringOfHistory(fromConfiguration(members), partitions);
}

export function ringOfHistory(history: History, partitions: number): Ring {
  const version = versionOf(history, partitions);
  const placed = known.get(version) ?? place(history, partitions, longestBeginning(history, partitions));
  known.delete(version);
  known.set(version, placed);
  for (const [oldest] of known) if (known.size > MOST_RINGS) known.delete(oldest);
  return placed.ring;
}

function longestBeginning(history: History, partitions: number): Placed | undefined {
  let longest: Placed | undefined;
  for (const placed of known.values()) {
    const { length } = placed.history;
    if (length <= (longest?.history.length ?? 0) || length > history.length) continue;
    if (versionOf(history.slice(0, length), partitions) === placed.ring.version) longest = placed;
  }
  return longest;
}
