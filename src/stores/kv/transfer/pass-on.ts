/**
 * Requests of coordinators that have not heard of a move yet. A node that has passed a seat on answers none of its records itself, for it may
 * have dropped them: it asks the new holder, and passes the answer back. Where it
 * cannot, it refuses, and the coordinator asks another replica.
 */

import { copyBytes, Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { encodeError, KIND } from '../messages/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { nOf, partitionOf } from './partition-records.ts';
import type { Transfers } from './transfers.ts';

/** Where the storage key begins in the body of each kind. Registers have rules of their own, see `register-seats/`. */
const KEY_AT: ReadonlyMap<FrameKind, number> = new Map([
  [KIND.replicaRead, 0],
  [KIND.replicaWrite, 8],
]);

/** @returns the body to go on with; `undefined` when the request was passed on or refused. @throws MalformedBytes */
export function passOn(
  parts: ServiceParts,
  transfers: Transfers,
  link: Link,
  kind: FrameKind,
  correlation: number,
  body: Reader,
): Reader | undefined {
  const { seating, configuration, topology } = parts;
  const keyAt = KEY_AT.get(kind);
  if (seating.isQuiet || (keyAt === undefined && kind !== KIND.replicaList)) return body;
  const bytes = body.rest();
  if (keyAt === undefined) {
    const reader = new Reader(bytes);
    const n = (configuration.buckets.get(reader.ascii()) ?? configuration.defaults).n;
    const [from, to] = [reader.u16(), reader.u16()];
    for (let partition = from; partition <= to; partition++) {
      if (isHere(parts, transfers, n, partition)) continue;
      refuse(link, correlation, configuration.nodeName, partition);
      return undefined;
    }
    return new Reader(bytes);
  }
  const storageKey = new Reader(bytes, keyAt).bytes16();
  const [n, partition] = [nOf(configuration, storageKey), partitionOf(storageKey)];
  if (isHere(parts, transfers, n, partition)) return new Reader(bytes);
  const place = transfers.placePassedOn(n, partition);
  const holder = place === undefined ? undefined : seating.seats(n, partition)[place]?.holder;
  const peer = holder === undefined ? undefined : topology.reach(holder)?.peer;
  if (peer?.isUp !== true) {
    refuse(link, correlation, configuration.nodeName, partition);
    return undefined;
  }
  if (correlation === 0) {
    peer.send(kind, (writer) => writer.bytes(bytes));
    return undefined;
  }
  peer.request(
    kind,
    (writer) => writer.bytes(bytes),
    (replyKind, reply) => {
      link.begin(replyKind, correlation).bytes(copyBytes(reply.rest()));
      link.commit();
    },
    () => refuse(link, correlation, configuration.nodeName, partition),
  );
  return undefined;
}

/** Held here, or about to be: whoever asks for it then knows more than this node. */
function isHere({ seating, configuration }: ServiceParts, transfers: Transfers, n: number, partition: number): boolean {
  const isSelf = (name: string): boolean => name === configuration.nodeName;
  if (seating.holders(n, partition).some(isSelf)) return true;
  return transfers.placePassedOn(n, partition) === undefined && seating.wanted.replicas(partition, n).some(isSelf);
}

function refuse(link: Link, correlation: number, nodeName: string, partition: number): void {
  if (correlation === 0) return;
  encodeError(
    link.begin(KIND.error, correlation),
    new QuorateError({
      code: 'partition-moved',
      message: `${nodeName} holds partition ${partition} no more.`,
      outcome: 'not-applied',
      next: 'Ask its other replicas, or try again: the news of the move is on its way.',
      data: { node: nodeName, partition },
    }),
  );
  link.commit();
}
