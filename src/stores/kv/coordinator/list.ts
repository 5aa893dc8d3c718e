/**
 * One page of a bucket's keys: a scan of the partitions in order, each run of partitions with the same home replicas in one
 * round. A page is the union of what R replicas hold, so every key whose write was acknowledged by enough of them is on it.
 * Where the replicas differ on a key, a read of that key decides (and repairs).
 */

import { bitCount } from '../../../protocols/quorum/index.ts';
import { decodeRecord, isReadable } from '../../../protocols/versions/index.ts';
import { compareBytes, copyBytes, equalBytes, MalformedBytes, Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Instant } from '../../../runtime/world/index.ts';
import { badRequest, notEnoughReplicas, timedOut } from '../errors.ts';
import {
  decodeReplicaKeys,
  encodeReplicaListing,
  KIND,
  type ListedKey,
  type ReplicaKeys,
  type ReplicaListing,
} from '../messages/index.ts';
import { doesCount } from '../replica/index.ts';
import type { ListReply, ListRequest, ReplyHandler } from '../requests.ts';
import type { BucketSettings } from '../settings.ts';
import { parseStorageKey } from '../storage-key.ts';
import type { Expiring } from './deadlines.ts';
import { GetOperation } from './get.ts';
import type { CoordinatorParts } from './parts.ts';
import { isUp, type Target } from './topology.ts';

/** Where to go on: a partition and the last key seen in it. */
interface Position {
  readonly partition: number;
  readonly after: Uint8Array | undefined;
}

export class ListOperation implements Expiring {
  readonly deadline: Instant;
  deadlineSlot = 0;
  readonly #parts: CoordinatorParts;
  readonly #request: ListRequest;
  readonly #settings: BucketSettings;
  readonly #handler: ReplyHandler<ListReply>;
  readonly #keys: Uint8Array[] = [];
  #finished = false;

  constructor(parts: CoordinatorParts, request: ListRequest, settings: BucketSettings, handler: ReplyHandler<ListReply>) {
    this.#parts = parts;
    this.#request = request;
    this.#settings = settings;
    this.#handler = handler;
    this.deadline = parts.world.clock.now() + request.timeoutMs;
  }

  start(): void {
    const { cursor } = this.#request;
    const position = cursor === undefined ? { partition: 0, after: undefined } : this.#decodeCursor(cursor);
    this.#parts.deadlines.add(this);
    this.#scan(position);
  }

  cancel(): void {
    this.#end();
  }

  onDeadline(): void {
    this.#fail('deadline', 0, []);
  }

  /** The next run of partitions with the same home replicas. */
  #scan(position: Position): void {
    const { topology } = this.#parts;
    const { n, r } = this.#settings;
    const homes = topology.replicas(position.partition, n);
    let to = position.partition;
    while (to + 1 < topology.ring.partitions && sameTargets(homes, topology.replicas(to + 1, n))) to++;
    const up = homes.filter(isUp);
    if (up.length < r && this.#scanLater(homes, position)) return;
    if (up.length < r) {
      this.#fail(
        'too-few',
        up.length,
        homes.filter((home) => !isUp(home)),
      );
      return;
    }
    const limit = this.#request.limit - this.#keys.length;
    const listing: ReplicaListing = { bucket: this.#request.bucket, from: position.partition, to, after: position.after, limit };
    this.#ask(listing, homes, up);
  }

  /** When it is known whether the home replicas that are dialled for the first time are there. False when there are none. */
  #scanLater(homes: readonly Target[], { partition, after }: Position): boolean {
    const again = { partition, after: after && copyBytes(after) };
    const cancel = this.#parts.topology.onceTried(homes, () => {
      if (!this.#finished) this.#scan(again);
    });
    return cancel !== undefined;
  }

  #ask(listing: ReplicaListing, homes: readonly Target[], up: readonly Target[]): void {
    const { r } = this.#settings;
    const { eras } = this.#parts.replica;
    const askedIn = eras.current;
    const answers: ReplicaKeys[] = [];
    let answered = 0;
    let failed = 0;
    const onAnswer = (index: number, answer: ReplicaKeys | undefined): void => {
      if (this.#finished || answers.length >= r) return;
      if (answer === undefined) failed |= 1 << index;
      else {
        answered |= 1 << index;
        answers.push(answer);
      }
      if (answers.length === r) this.#onAnswers(listing, answers);
      else if (up.length - bitCount(failed) < r) {
        const missing = homes.filter((home) => (answered & (1 << up.indexOf(home))) === 0 || !up.includes(home));
        this.#fail('too-few', answers.length, missing);
      }
    };
    up.forEach((target, index) => {
      const { peer } = target;
      if (peer === undefined) {
        eras.onceSure(() => onAnswer(index, eras.hasMissed ? undefined : this.#parts.replica.list(listing)));
        return;
      }
      peer.request(
        KIND.replicaList,
        (writer) => encodeReplicaListing(writer, listing),
        (kind, body) => {
          const answer = kind === KIND.replicaKeys ? decodeReplicaKeys(body) : undefined;
          onAnswer(index, answer !== undefined && doesCount(peer, eras, askedIn, answer.readIn) ? answer : undefined);
        },
        () => onAnswer(index, undefined),
      );
    });
  }

  #onAnswers(listing: ReplicaListing, answers: readonly ReplicaKeys[]): void {
    const { keys, doubtful, end } = combine(answers);
    let open = doubtful.length;
    const live = new Map<string, Uint8Array>();
    for (const key of keys) live.set(latin1(key), key);
    const finish = (): void => {
      const inOrder = [...live.values()].sort(compareBytes);
      const room = this.#request.limit - this.#keys.length;
      for (const storageKey of inOrder.slice(0, room)) this.#keys.push(copyBytes(parseStorageKey(storageKey).key));
      // The union of several replicas' pages may be longer than one page: the rest is for the next.
      this.#afterRun(listing, inOrder.length > room ? inOrder[room - 1] : end);
    };
    if (open === 0) {
      finish();
      return;
    }
    for (const storageKey of doubtful) {
      this.#isLive(storageKey, (isLive) => {
        if (this.#finished) return;
        if (isLive) live.set(latin1(storageKey), storageKey);
        if (--open === 0) finish();
      });
    }
  }

  #isLive(storageKey: Uint8Array, then: (live: boolean) => void): void {
    const { bucket, key } = parseStorageKey(storageKey);
    const place = this.#parts.topology.place(bucket, key);
    const operation = new GetOperation(this.#parts, place, this.#settings, this.#settings.r, this.#request.timeoutMs, true, {
      found: (record) =>
        then(
          record !== undefined &&
            decodeRecord(record).versions.some((version) => isReadable(version, this.#parts.world.clock.wallTime())),
        ),
      fail: (error) => {
        if (this.#finished) return;
        this.#end();
        this.#handler.fail(error);
      },
    });
    operation.start();
  }

  /** `end`: the last key all replicas have been heard of up to; `undefined` when the run of partitions is done. */
  #afterRun(listing: ReplicaListing, end: Uint8Array | undefined): void {
    const { limit } = this.#request;
    let next: Position | undefined;
    if (end !== undefined) {
      const { partition, key } = parseStorageKey(end);
      next = { partition, after: key };
    } else if (listing.to + 1 < this.#parts.topology.ring.partitions) next = { partition: listing.to + 1, after: undefined };
    if (next !== undefined && this.#keys.length < limit) {
      this.#scan(next);
      return;
    }
    this.#end();
    this.#handler.reply({ kind: 'list', keys: this.#keys, cursor: next === undefined ? undefined : encodeCursor(next) });
  }

  #fail(reason: 'deadline' | 'too-few', answered: number, missing: readonly Target[]): void {
    if (this.#finished) return;
    this.#end();
    const shortfall = {
      needed: this.#settings.r,
      answered,
      missing: missing.map((target) => target.name),
      outcome: 'not-applied',
    } as const;
    this.#handler.fail(
      reason === 'deadline' ? timedOut('listing', this.#request.timeoutMs, shortfall) : notEnoughReplicas('read', shortfall),
    );
  }

  #end(): void {
    this.#finished = true;
    this.#parts.deadlines.remove(this);
  }

  #decodeCursor(cursor: Uint8Array): Position {
    try {
      const reader = new Reader(cursor);
      const partition = reader.u16();
      const after = reader.remaining === 0 ? undefined : copyBytes(reader.rest());
      if (partition < this.#parts.topology.ring.partitions) return { partition, after };
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
    }
    throw badRequest('has a cursor that no listing of this cluster returned');
  }
}

function encodeCursor({ partition, after }: Position): Uint8Array {
  const writer = new Writer(64).u16(partition);
  if (after !== undefined) writer.bytes(after);
  return writer.copy();
}

function sameTargets(a: readonly Target[], b: readonly Target[]): boolean {
  return a.length === b.length && a.every((target) => b.includes(target));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

interface Combined {
  /** Storage keys on whose value all replicas agree. */
  readonly keys: readonly Uint8Array[];
  /** Storage keys on which they do not. */
  readonly doubtful: readonly Uint8Array[];
  /** A replica had more behind this one; what others told of beyond it waits for the next round. */
  readonly end: Uint8Array | undefined;
}

function combine(answers: readonly ReplicaKeys[]): Combined {
  let end: Uint8Array | undefined;
  for (const { keys, more } of answers) {
    const last = keys.at(-1)?.storageKey;
    if (more && last !== undefined && (end === undefined || compareBytes(last, end) < 0)) end = last;
  }
  const byKey = new Map<string, { readonly storageKey: Uint8Array; readonly told: ListedKey[] }>();
  for (const listed of answers.flatMap((answer) => answer.keys)) {
    if (end !== undefined && compareBytes(listed.storageKey, end) > 0) continue;
    const name = latin1(listed.storageKey);
    const entry = byKey.get(name);
    if (entry === undefined) byKey.set(name, { storageKey: listed.storageKey, told: [listed] });
    else entry.told.push(listed);
  }
  const keys: Uint8Array[] = [];
  const doubtful: Uint8Array[] = [];
  for (const { storageKey, told } of byKey.values()) {
    const [first] = told;
    const agreed =
      told.length === answers.length && told.every((other) => equalBytes(other.section, (first as ListedKey).section));
    if (!agreed) doubtful.push(storageKey);
    else if (first?.live === true) keys.push(storageKey);
  }
  return { keys, doubtful, end };
}
