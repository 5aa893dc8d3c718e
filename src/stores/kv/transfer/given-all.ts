/**
 * Of a lost seat: a holder says to the node that shall have it that it has given all it has. It names the receipt under which it found everything there
 * (`receipts.ts`): if records have gone since, it hears that this does not count, and walks through its own anew.
 */
import { nodeName } from '../../../protocols/ring/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Link } from '../../../runtime/world/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND } from './frames.ts';
import type { LostSeats } from './lost-seats.ts';
import type { Outgoing } from './outgoing.ts';

/** To be said again until the seat is taken: the other forgets it whenever its plans change. */
export function sayComplete({ topology }: Pick<ServiceParts, 'topology'>, outgoing: Outgoing): void {
  const { errand, receipt } = outgoing;
  if (receipt === undefined) return;
  topology.reach(errand.to)?.peer?.request(
    TRANSFER_KIND.complete,
    (writer) => writer.u8(errand.n).u16(errand.partition).u32(receipt),
    (kind, body) => {
      if (kind === (TRANSFER_KIND.complete | 0x80) && body.u8() === 0) outgoing.notCounted(receipt);
    },
    () => {},
  );
}

/** @throws MalformedBytes */
export function onComplete(
  { seating, configuration }: Pick<ServiceParts, 'seating' | 'configuration'>,
  lostSeats: LostSeats,
  link: Link,
  correlation: number,
  body: Reader,
): void {
  const [n, partition, receipt] = [body.u8(), body.u16(), body.u32()];
  if (partition >= configuration.partitions || !seating.ns.includes(n)) throw new MalformedBytes('not a partition');
  const isCounted = lostSeats.onComplete(n, partition, nodeName(link.remote.nodeName), receipt);
  link.begin(TRANSFER_KIND.complete | 0x80, correlation).u8(isCounted ? 1 : 0);
  link.commit();
}
