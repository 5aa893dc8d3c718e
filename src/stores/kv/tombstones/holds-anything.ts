import type { ServiceParts } from '../service-parts.ts';
import { partitionRange } from '../storage-key.ts';

/** Whether this node has a record, or holds one for another. */
export function holdsAnything({ hints, world, configuration }: ServiceParts): boolean {
  if (hints.targets.size > 0) return true;
  const { from } = partitionRange(0);
  const { to } = partitionRange(configuration.partitions - 1);
  return [...world.engine.range({ from, to, limit: 1 })].length > 0;
}
