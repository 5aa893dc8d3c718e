/** The side that records come to: says which it lacks, and stores them. */
import { isOfState } from '../../../protocols/versions/index.ts';
import { copyBytes, MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { storageFailed } from '../errors.ts';
import { decodeReplicaWrite, encodeError, KIND, type ReplicaWrite } from '../messages/index.ts';
import { CHECKSUM_BYTES, isIntact, refuseTooOld } from '../replica/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND } from './frames.ts';

export function incomingFrames(parts: ServiceParts): [FrameKind, FrameHandler][] {
  return [
    [TRANSFER_KIND.offer, (link, correlation, body) => onOffer(parts, link, correlation, body)],
    [TRANSFER_KIND.record, (link, correlation, body) => onRecordInTurn(parts, link, correlation, body)],
    [TRANSFER_KIND.fresh, (link, correlation, body) => store(parts, link, correlation, decodeRecord(body))],
  ];
}

function onOffer({ replica, world, configuration }: ServiceParts, link: Link, correlation: number, body: Reader): void {
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
    const writer = link.begin(TRANSFER_KIND.offer | 0x80, correlation);
    for (const isWanted of wanted) writer.u8(isWanted ? 1 : 0);
    link.commit();
  });
}

/** Several hand over to a node that joins: it takes no more in than its own requests bear. */
function onRecordInTurn(parts: ServiceParts, link: Link, correlation: number, body: Reader): void {
  const write = decodeRecord(new Reader(copyBytes(body.rest())));
  parts.background.run('transfer', write.checkedRecord.length, () => store(parts, link, correlation, write));
}

/** The bytes inside are views. @throws MalformedBytes */
function decodeRecord(body: Reader): ReplicaWrite {
  const write = decodeReplicaWrite(body);
  if (!isIntact(write.storageKey, write.checkedRecord)) throw new MalformedBytes('a record that does not have its checksum');
  return write;
}

function store({ replica, configuration }: ServiceParts, link: Link, correlation: number, write: ReplicaWrite): void {
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

function refuse(link: Link, correlation: number, nodeName: string, error: Error): void {
  encodeError(link.begin(KIND.error, correlation), storageFailed(nodeName, error.message, 'not-applied'));
  link.commit();
}
