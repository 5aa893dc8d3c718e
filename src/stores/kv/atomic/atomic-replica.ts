/** Answers the frames of an atomic register's coordinators from this node's records: the replica of `protocols/register`. */
import { clockSection, isOfState } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { damagedRecord, storageFailed } from '../errors.ts';
import { encodeError, KIND } from '../messages/index.ts';
import { readSeats, writeSeats } from '../register-seats/index.ts';
import { CHECKSUM_BYTES, isIntact, recordOf } from '../replica/index.ts';
import type { FrameHandler, NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { parseStorageKey } from '../storage-key.ts';
import { ATOMIC_KIND, encodeAnswer } from './messages.ts';
import { notAtomicHere, unfitSeat } from './refusals.ts';
import { registerOf } from './register.ts';

const NO_BYTES = new Uint8Array(0);

export class AtomicReplica implements NodeService {
  readonly frames: ReadonlyMap<FrameKind, FrameHandler> = new Map([
    [ATOMIC_KIND.query, (link, correlation, body) => this.#onQuery(link, correlation, body)],
    [ATOMIC_KIND.record, (link, correlation, body) => this.#onRecord(link, correlation, body)],
  ]);
  readonly #parts: ServiceParts;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  #onQuery(link: Link, correlation: number, body: Reader): void {
    const storageKey = body.bytes16();
    if (!this.#mayAnswer(link, correlation, storageKey, body)) return;
    const known = body.rest();
    const { replica, topology } = this.#parts;
    const local = replica.read(storageKey);
    if (local.kind === 'damaged') {
      refuse(link, correlation, damagedRecord(topology.nodeName, 'wrong checksum'));
      return;
    }
    const checked = local.kind === 'record' ? local.checked : NO_BYTES;
    const isSame = known.length > 0 && checked.length > 0 && isOfState(checked, known, CHECKSUM_BYTES);
    const isDurable = replica.isDurable(storageKey);
    const answer = { isDurable, isSame, checkedRecord: isSame ? NO_BYTES : checked };
    encodeAnswer(link.begin(ATOMIC_KIND.answer, correlation), answer);
    link.commit();
  }

  #onRecord(link: Link, correlation: number, body: Reader): void {
    const storageKey = body.bytes16();
    if (!this.#mayAnswer(link, correlation, storageKey, body)) return;
    const checked = body.rest();
    if (!isIntact(storageKey, checked)) throw new MalformedBytes('a record that does not have its checksum');
    clockSection(recordOf(checked));
    if (registerOf(checked) === undefined) throw new MalformedBytes('a record that is no register');
    const { replica, topology } = this.#parts;
    replica.merge(storageKey, checked, 'register', (error) => {
      if (error !== undefined) {
        refuse(link, correlation, storageFailed(topology.nodeName, error.message, 'unknown'));
        return;
      }
      link.begin(ATOMIC_KIND.recorded, correlation);
      link.commit();
    });
  }

  /**
   * Whether the request is for a seat that is this node's to answer for, by all that either knows. Refused here if not.
   * A bucket that is atomic for one node and not for another would lose writes: so both sides look. @throws MalformedBytes
   */
  #mayAnswer(link: Link, correlation: number, storageKey: Uint8Array, body: Reader): boolean {
    const { configuration, topology, registerSeats } = this.#parts;
    const { bucket, partition } = parseStorageKey(storageKey);
    const settings = configuration.buckets.get(bucket);
    if (settings?.consistency !== 'atomic') {
      refuse(link, correlation, notAtomicHere(topology.nodeName, `bucket '${bucket}' is not atomic here`));
      return false;
    }
    if (partition >= topology.ring.partitions) throw new MalformedBytes(`partition ${partition}`);
    const { n } = settings;
    const place = body.u8();
    const verdict = registerSeats.judge(n, partition, { place, seats: readSeats(body, n) });
    if (verdict === 'outdated') {
      writeSeats(link.begin(ATOMIC_KIND.outdated, correlation), registerSeats.view(n, partition).seats);
      link.commit();
    } else if (verdict === 'unfit') refuse(link, correlation, unfitSeat(topology.nodeName, partition));
    return verdict === 'answer';
  }
}

function refuse(link: Link, correlation: number, error: QuorateError): void {
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
}
