/** Why this node does not answer for registers of a partition: a seat that it holds has not got what was acknowledged for it (docs/atomic.md). */
import type { Explanation } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';

export function explainRegisters(
  { registerSeats, topology }: Pick<ServiceParts, 'registerSeats' | 'topology'>,
  n: number,
  partition: number,
): readonly Explanation[] {
  const { seats } = registerSeats.view(n, partition);
  const others = seats.filter(({ holder }) => holder !== topology.nodeName).map(({ holder }) => holder);
  const needed = Math.min(n - 1, Math.floor(n / 2) + 1);
  return registerSeats
    .places(n, partition)
    .filter((place) => !registerSeats.isFit(n, partition, place))
    .map((place) => ({
      what: `seat ${place + 1} of ${n} of the registers of partition ${partition}, at ${topology.nodeName}, which does not have what was acknowledged for it`,
      waitsFor: `${needed} of the holders of the other seats to give it their registers and promises: ${others.join(', ')}`,
      next: `Bring those nodes back with their disks. If a majority of the ${n} disks is lost for good, so are these registers: nobody can tell any more what was acknowledged; copy what you need from a backup into a new bucket.`,
    }));
}
