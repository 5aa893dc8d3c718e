/** The side that records come to: says which it lacks, and stores them. */
import { isOfState } from '../../../protocols/versions/index.ts';
import { copyBytes, MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { storageFailed } from '../errors.ts';
import { decodeReplicaWrite, encodeError, KIND, type ReplicaWrite } from '../messages/index.ts';
import { CHECKSUM_BYTES, isIntact, refuseTooOld } from '../replica/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { onAcceptance } from './acceptance.ts';
import { TRANSFER_KIND } from './frames.ts';
import { nOf, partitionOf } from './partition-records.ts';
import type { Receipts } from './receipts.ts';

/** Whether records of a partition may come here now, for buckets with that N. */
export type IsWelcome = (n: number, partition: number) => boolean;

export function incomingFrames(parts: ServiceParts, receipts: Receipts, isWelcome: IsWelcome): [FrameKind, FrameHandler][] {
  return [
    [TRANSFER_KIND.offer, (link, correlation, body) => onOffer(parts, receipts, isWelcome, link, correlation, body)],
    [TRANSFER_KIND.accept, (link, correlation, body) => onAcceptance(parts, receipts, isWelcome, link, correlation, body)],
    [TRANSFER_KIND.record, (link, correlation, body) => onRecordInTurn(parts, isWelcome, link, correlation, body)],
    [TRANSFER_KIND.fresh, (link, correlation, body) => store(parts, isWelcome, link, correlation, decodeRecord(body))],
  ];
}

function onOffer(
  { replica, world, configuration }: ServiceParts,
  receipts: Receipts,
  isWelcome: IsWelcome,
  link: Link,
  correlation: number,
  body: Reader,
): void {
  const [n, partition] = [body.u8(), body.u16()];
  const receipt = receipts.current(n, partition);
  if (!isWelcome(n, partition)) {
    refuseNow(link, correlation, configuration.nodeName, partition);
    return;
  }
  const own = new Reader(copyBytes(body.rest()));
  const wanted: boolean[] = [];
  while (own.remaining > 0) {
    const storageKey = own.bytes16();
    const section = own.bytes32();
    const local = replica.read(storageKey);
    wanted.push(local.kind !== 'record' || !isOfState(local.checked, section, CHECKSUM_BYTES));
  }
  // Behind all that was read: what is not wanted may not be durable yet.
  world.engine.write([], (error) => {
    if (error !== undefined) {
      refuse(link, correlation, configuration.nodeName, error);
      return;
    }
    const writer = link.begin(TRANSFER_KIND.offer | 0x80, correlation).u32(receipt);
    for (const isWanted of wanted) writer.u8(isWanted ? 1 : 0);
    link.commit();
  });
}

/** Several hand over to a node that joins: it takes no more in than its own requests bear. */
function onRecordInTurn(parts: ServiceParts, isWelcome: IsWelcome, link: Link, correlation: number, body: Reader): void {
  const write = decodeRecord(new Reader(copyBytes(body.rest())));
  parts.background.run('transfer', write.checkedRecord.length, () => store(parts, isWelcome, link, correlation, write));
}

/** The bytes inside are views. @throws MalformedBytes */
function decodeRecord(body: Reader): ReplicaWrite {
  const write = decodeReplicaWrite(body);
  if (!isIntact(write.storageKey, write.checkedRecord)) throw new MalformedBytes('a record that does not have its checksum');
  return write;
}

function store(
  { replica, configuration }: ServiceParts,
  isWelcome: IsWelcome,
  link: Link,
  correlation: number,
  write: ReplicaWrite,
): void {
  const partition = partitionOf(write.storageKey);
  if (!isWelcome(nOf(configuration, write.storageKey), partition)) {
    refuseNow(link, correlation, configuration.nodeName, partition);
    return;
  }
  if (refuseTooOld(link, correlation, configuration.nodeName, replica.eras, write.readIn)) return;
  replica.merge(write.storageKey, write.checkedRecord, write.policy, (error) => {
    if (error !== undefined) {
      refuse(link, correlation, configuration.nodeName, error);
      return;
    }
    link.begin(KIND.replicaStored, correlation);
    link.commit();
  });
}

/** The sender begins anew a little later: by then one of the two has heard what the other knows. */
function refuseNow(link: Link, correlation: number, nodeName: string, partition: number): void {
  const error = new QuorateError({
    code: 'partition-unexpected',
    message: `${nodeName} is letting partition ${partition} go, or is not to have it as far as it knows.`,
    outcome: 'not-applied',
    next: 'Nothing: it is tried again.',
    data: { node: nodeName, partition },
  });
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
}

function refuse(link: Link, correlation: number, nodeName: string, error: Error): void {
  encodeError(link.begin(KIND.error, correlation), storageFailed(nodeName, error.message, 'not-applied'));
  link.commit();
}
