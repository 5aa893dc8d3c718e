/** Replicas that would share a machine fail together with it: who orders that says that it is meant. */
import { unsafePartitions } from '../../../protocols/placement-plan/index.ts';
import type { Ring } from '../../../protocols/ring/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';

/** @throws QuorateError `unsafe-placement` if more partitions than before would have fewer than n hosts. */
export function checkPlacement(before: Ring, after: Ring, n: number): void {
  const count = unsafePartitions(after, n).length;
  if (count === 0 || unsafePartitions(before, n).length >= count) return;
  const hosts = Map.groupBy(after.nodes, ({ host }) => host);
  const listed = [...hosts].map(([host, nodes]) => `${host} (${nodes.map(({ name }) => name).join(', ')})`);
  throw new QuorateError({
    code: 'unsafe-placement',
    message: `${count} of ${after.partitions} partitions would have two of their ${n} replicas on one host; the hosts would be ${listed.join(', ')}.`,
    outcome: 'not-applied',
    next:
      hosts.size < n
        ? `Join nodes on other hosts first: ${n} replicas need ${n} hosts; or force it.`
        : 'Give the hosts shares that are more alike (cluster plan weight), or join nodes on other hosts; or force it.',
    data: { partitions: count, n, hosts: hosts.size },
  });
}
