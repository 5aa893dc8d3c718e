/** The side of the one that a seat of registers is claimed from: promises, and tells what it has. */
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { damagedRecord, storageFailed } from '../errors.ts';
import { encodeError, KIND } from '../messages/index.ts';
import { isIntact } from '../replica/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { bucketRange } from '../storage-key.ts';
import { type ClaimedSeat, REGISTER_SEATS_KIND, readClaimed, writeClaimAnswer } from './frames.ts';

const PAGE_RECORDS = 256;
const PAGE_BYTES = 256 * 1024;
const MOST_CLAIMED = 1_024;

export function grantingFrames(parts: ServiceParts): [FrameKind, FrameHandler][] {
  return [
    [REGISTER_SEATS_KIND.claim, (link, correlation, body) => onClaim(parts, link, correlation, body)],
    [REGISTER_SEATS_KIND.page, (link, correlation, body) => onPage(parts, link, correlation, body)],
  ];
}

function onClaim(parts: ServiceParts, link: Link, correlation: number, body: Reader): void {
  const { registerSeats, configuration, world } = parts;
  const disk = body.u48();
  const claimed: ClaimedSeat[] = [];
  while (body.remaining > 0) claimed.push(readClaimed(body));
  if (claimed.length > MOST_CLAIMED) throw new MalformedBytes(`claims ${claimed.length} seats at once`);
  const holder = link.remote.nodeName as never;
  const granted = new Set<ClaimedSeat>();
  for (const claim of claimed) {
    const { n, partition, place, version } = claim;
    if (partition >= configuration.partitions || place >= n) throw new MalformedBytes('not a seat');
    // Whoever has no such buckets has no registers, and promises nothing that it would have to keep.
    if (!registerSeats.ns.includes(n)) continue;
    if (registerSeats.grant(n, partition, { place, seat: { version, holder }, disk }, () => {})) granted.add(claim);
  }
  // Behind all that was granted.
  world.engine.write([], (error) => {
    if (error !== undefined) {
      refuse(link, correlation, storageFailed(configuration.nodeName, error.message, 'not-applied'));
      return;
    }
    const writer = link.begin(REGISTER_SEATS_KIND.claim | 0x80, correlation).u48(registerSeats.disk);
    for (const claim of claimed) {
      const { n, partition } = claim;
      const own = registerSeats.places(n, partition).map((place) => ({ place, isFit: registerSeats.isFit(n, partition, place) }));
      const { pledged } = registerSeats.standing(n, partition);
      const { seats } = registerSeats.view(n, partition);
      const isEmpty = atomicBuckets(parts, n).every((bucket) => !hasRecords(parts, bucket, partition));
      writeClaimAnswer(writer, { isGranted: granted.has(claim), isEmpty, own, seats, pledged });
    }
    link.commit();
  });
}

function hasRecords({ world }: ServiceParts, bucket: string, partition: number): boolean {
  for (const _entry of world.engine.range({ ...bucketRange(partition, bucket), limit: 1 })) return true;
  return false;
}

export function atomicBuckets({ configuration }: Pick<ServiceParts, 'configuration'>, n: number): readonly string[] {
  return [...configuration.buckets].flatMap(([name, settings]) =>
    settings.consistency === 'atomic' && settings.n === n ? [name] : [],
  );
}

/** Only who holds the seat knows that nothing of it is missing. */
function onPage(parts: ServiceParts, link: Link, correlation: number, body: Reader): void {
  const { registerSeats, configuration, world, replica } = parts;
  const [bucket, partition, place, version] = [body.ascii(), body.u16(), body.u8(), body.u48()];
  const after = body.rest();
  const settings = configuration.buckets.get(bucket);
  if (settings?.consistency !== 'atomic' || partition >= configuration.partitions)
    throw new MalformedBytes('no page of registers');
  const isHere = registerSeats.isFit(settings.n, partition, place) || registerSeats.isUntouched(settings.n, partition, place);
  if (!isHere || registerSeats.view(settings.n, partition).seats[place]?.version !== version) {
    refuse(link, correlation, movedOn(configuration.nodeName, partition));
    return;
  }
  const range = bucketRange(partition, bucket);
  const from = after.length === 0 ? range.from : Uint8Array.of(...after, 0);
  const entries = [...world.engine.range({ from, to: range.to, limit: PAGE_RECORDS })];
  const damaged = entries.find(({ key, value }) => !isIntact(key, value));
  if (damaged !== undefined) {
    // It may be the one that the claimant needs: a read mends it.
    replica.reportDamaged(damaged.key);
    refuse(link, correlation, damagedRecord(configuration.nodeName, 'wrong checksum'));
    return;
  }
  let [taken, bytes] = [0, 0];
  while (taken < entries.length && bytes < PAGE_BYTES) bytes += entries[taken++]?.value.length ?? 0;
  const isMore = taken < entries.length || entries.length === PAGE_RECORDS;
  const writer = link.begin(REGISTER_SEATS_KIND.page | 0x80, correlation).u8(isMore ? 1 : 0);
  for (const { key, value } of entries.slice(0, taken)) writer.bytes16(key).bytes32(value);
  link.commit();
}

function movedOn(node: string, partition: number): QuorateError {
  return new QuorateError({
    code: 'partition-moved',
    message: `${node} does not answer for the registers of partition ${partition} any more.`,
    outcome: 'not-applied',
    next: 'Ask its other replicas, or try again: the news of the move is on its way.',
    data: { node, partition },
  });
}

function refuse(link: Link, correlation: number, error: QuorateError): void {
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
}
