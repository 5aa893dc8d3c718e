/**
 * Rings that this process has computed already. A ring follows from its history alone and is never changed, and computing one for
 * hundreds of nodes takes seconds: nodes that share a process (tests, simulated clusters) share it.
 */
import { fromConfiguration, type History, ringOf, versionOf } from '../../protocols/membership/index.ts';
import type { Ring } from '../../protocols/ring/index.ts';

type Configuration = Parameters<typeof fromConfiguration>[0];

const MOST_RINGS = 4;
const known = new Map<string, Ring>();

export function ringOfConfiguration(members: Configuration, partitions: number): Ring {
  return ringOfHistory(fromConfiguration(members), partitions);
}

export function ringOfHistory(history: History, partitions: number): Ring {
  const version = versionOf(history, partitions);
  const ring = known.get(version) ?? ringOf(history, partitions);
  known.delete(version);
  known.set(version, ring);
  for (const [oldest] of known) if (known.size > MOST_RINGS) known.delete(oldest);
  return ring;
}
