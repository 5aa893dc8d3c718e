/** The side that records come to: says which it lacks, and stores them. */
import { isOfState } from '../../../protocols/versions/index.ts';
import { copyBytes, MalformedBytes, Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { storageFailed } from '../errors.ts';
import { decodeReplicaWrite, encodeError, KIND } from '../messages/index.ts';
import { CHECKSUM_BYTES, isIntact, refuseTooOld } from '../replica/index.ts';
import type { PlacedSeat } from '../seating/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { onAcceptance } from './acceptance.ts';
import { type MovedRecord, readRecords, TRANSFER_KIND } from './frames.ts';
import { nOf, partitionOf } from './partition-records.ts';
import type { Receipts } from './receipts.ts';

/** Stored at a time, about. */
const SLICE_BYTES = 4 * 1024;

/** Whether records of a partition may come here now, for buckets with that N. */
export type IsWelcome = (n: number, partition: number) => boolean;

export function incomingFrames(
  parts: ServiceParts,
  receipts: Receipts,
  isWelcome: IsWelcome,
  accepted: (placed: PlacedSeat) => void,
): [FrameKind, FrameHandler][] {
  return [
    [TRANSFER_KIND.offer, (link, correlation, body) => onOffer(parts, receipts, isWelcome, link, correlation, body)],
    [
      TRANSFER_KIND.accept,
      (link, correlation, body) => onAcceptance(parts, receipts, isWelcome, accepted, link, correlation, body),
    ],
    [TRANSFER_KIND.records, (link, correlation, body) => onRecords(parts, isWelcome, link, correlation, body)],
    [TRANSFER_KIND.fresh, (link, correlation, body) => onFresh(parts, isWelcome, link, correlation, body)],
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
    const local = replica.readOnce(storageKey);
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

/** Several hand over to a node that joins: it takes no more in than its own requests bear. @throws MalformedBytes before anything is stored. */
function onRecords(parts: ServiceParts, isWelcome: IsWelcome, link: Link, correlation: number, body: Reader): void {
  const own = new Reader(copyBytes(body.rest()));
  const readIn = own.u48();
  const records = readRecords(own);
  for (const record of records) checkIntact(record);
  const answer = answerOnce(link, correlation, records.length);
  const storeFrom = (from: number): void => {
    let [to, bytes] = [from, 0];
    for (; to < records.length && bytes < SLICE_BYTES; to++) bytes += (records[to] as MovedRecord).checkedRecord.length;
    if (to === from) return;
    parts.background.run('transfer', bytes, () => {
      for (const record of records.slice(from, to)) store(parts, isWelcome, record, readIn, answer);
      if (!answer.isOver) storeFrom(to);
    });
  };
  storeFrom(0);
}

/** The bytes inside are views. @throws MalformedBytes */
function onFresh(parts: ServiceParts, isWelcome: IsWelcome, link: Link, correlation: number, body: Reader): void {
  const write = decodeReplicaWrite(body);
  checkIntact(write);
  store(parts, isWelcome, write, write.readIn, answerOnce(link, correlation, 1));
}

/** @throws MalformedBytes */
function checkIntact({ storageKey, checkedRecord }: MovedRecord): void {
  if (!isIntact(storageKey, checkedRecord)) throw new MalformedBytes('a record that does not have its checksum');
}

/** To a frame of several records: that all are durable, or why the first one that will not be is not. */
interface Answer {
  readonly isOver: boolean;
  stored(): void;
  refused(refuse: (link: Link, correlation: number) => void): void;
}

function answerOnce(link: Link, correlation: number, records: number): Answer {
  let open = records;
  return {
    get isOver() {
      return open <= 0;
    },
    stored: () => {
      if (--open !== 0) return;
      link.begin(KIND.replicaStored, correlation);
      link.commit();
    },
    refused: (refuse) => {
      if (open <= 0) return;
      open = 0;
      refuse(link, correlation);
    },
  };
}

function store(
  { replica, configuration }: ServiceParts,
  isWelcome: IsWelcome,
  { storageKey, checkedRecord, policy }: MovedRecord,
  readIn: number,
  answer: Answer,
): void {
  const { nodeName } = configuration;
  const partition = partitionOf(storageKey);
  if (!isWelcome(nOf(configuration, storageKey), partition)) {
    answer.refused((link, correlation) => refuseNow(link, correlation, nodeName, partition));
    return;
  }
  if (replica.eras.isTooOld(readIn)) {
    answer.refused((link, correlation) => refuseTooOld(link, correlation, nodeName, replica.eras, readIn));
    return;
  }
  replica.merge(storageKey, checkedRecord, policy, (error) => {
    if (error === undefined) answer.stored();
    else answer.refused((link, correlation) => refuse(link, correlation, nodeName, error));
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
