/**
 * Takes requests from anyone and carries them out: checks them, finds the key's home, coordinates if this node is a home replica
 * and forwards to one otherwise.
 */

import { acceptedKinds, accepts, type Change, NOTHING_SEEN, type Seen } from '../../../protocols/versions/index.ts';
import { copyBytes } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Clock } from '../../../runtime/world/index.ts';
import { coordinatorIn, decodeContext } from '../context.ts';
import { badRequest, emptyKey, impossibleQuorum, storageFailed, tooLarge, wrongChange } from '../errors.ts';
import { forItsWhile, withoutExpiredValues } from '../expiry/index.ts';
import type {
  Arrival,
  Cancel,
  ChangeReply,
  ChangeRequest,
  GetReply,
  GetRequest,
  ListReply,
  ListRequest,
  ReplyHandler,
} from '../requests.ts';
import { type BucketSettings, checkBucketName } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { ChangeOperation } from './change.ts';
import { copyRequest } from './first-contact.ts';
import { GetOperation, type GetOutcome } from './get.ts';
import { ListOperation } from './list.ts';
import type { AtomicKeys, CoordinatorParts } from './parts.ts';
import { preferredHome, route } from './routing.ts';
import type { Target } from './topology.ts';

const MAX_TIMEOUT_MS = 3_600_000;
const MAX_PAGE = 10_000;

export class Coordinator {
  readonly #parts: CoordinatorParts;

  readonly #atomic: AtomicKeys;

  constructor(parts: CoordinatorParts, atomic: AtomicKeys) {
    this.#parts = parts;
    this.#atomic = atomic;
  }

  get(request: GetRequest, arrival: Arrival, handler: ReplyHandler<GetReply>): Cancel {
    const settings = this.#check(request);
    if (settings.consistency === 'atomic') this.#atomic.check(request);
    const r = quorumOf('r', request.r, settings.r, settings.n);
    const place = this.#parts.topology.place(request.bucket, request.key);
    const homes = this.#parts.topology.replicas(place.partition, settings.n);
    // Who names a coordinator wants what is there, though this node may have an answer of its own.
    const preferred = settings.consistency === 'atomic' ? undefined : request.coordinator;
    const isElsewhere = arrival === 'direct' && preferredHome(homes, preferred) !== undefined;
    if (isHome(homes) && !isElsewhere) return this.#getHere(request, place, settings, r, handler);
    const here = (asked: GetRequest): Cancel => this.#getHere(asked, place, settings, r, handler);
    const routed = { request, arrival, partition: place.partition, n: settings.n, preferred, handler, here };
    return route(this.#parts, routed, settings.consistency === 'atomic');
  }

  #getHere(request: GetRequest, place: Place, settings: BucketSettings, r: number, handler: ReplyHandler<GetReply>): Cancel {
    if (settings.consistency === 'atomic') return this.#atomic.get(request, place, settings, handler);
    const { timeoutMs, strict = false } = request;
    const { world, topology } = this.#parts;
    const outcome = new GetAnswer(place, settings, world.clock, topology.nodeName, handler);
    const operation = new GetOperation(this.#parts, place, settings, r, timeoutMs, strict, outcome);
    operation.start();
    return () => operation.cancel();
  }

  change(request: ChangeRequest, arrival: Arrival, handler: ReplyHandler<ChangeReply>): Cancel {
    const settings = this.#check(request);
    const change = forItsWhile(request.change, settings);
    if (!accepts(settings.conflict, change.kind))
      throw wrongChange(settings.conflict, change.kind, acceptedKinds(settings.conflict));
    if ('value' in change) this.#checkValue(change.value);
    if (settings.consistency === 'atomic') this.#atomic.check(request);
    const w = quorumOf('w', request.w, settings.w, settings.n);
    const place = this.#parts.topology.place(request.bucket, request.key);
    const homes = this.#parts.topology.replicas(place.partition, settings.n);
    const seen: Seen = request.context === undefined ? NOTHING_SEEN : decodeContext(request.context, place.position);
    if (isHome(homes)) return this.#changeHere(request, seen, place, settings, w, handler);
    const here = (asked: ChangeRequest): Cancel => this.#changeHere(asked, seen, place, settings, w, handler);
    const preferred = coordinatorIn(request.context);
    const routed = { request, arrival, partition: place.partition, n: settings.n, preferred, handler, here };
    return route(this.#parts, routed, settings.consistency === 'atomic');
  }

  #changeHere(
    request: ChangeRequest,
    seen: Seen,
    place: Place,
    settings: BucketSettings,
    w: number,
    handler: ReplyHandler<ChangeReply>,
  ): Cancel {
    const change = forItsWhile(request.change, settings);
    // A coordinator that forgets what it wrote would claim to have superseded it with the next dot.
    const { failure } = this.#parts.replica;
    if (failure !== undefined) throw storageFailed(this.#parts.topology.nodeName, failure.message, 'not-applied');
    if (settings.consistency === 'atomic')
      return this.#atomic.change(copyRequest(request).change, request.timeoutMs, place, settings, handler);
    if (change.kind === 'remove') {
      const own: Change = { kind: 'remove', elements: change.elements.map(copyBytes) };
      return this.#changeObserved(request, own, place, settings, w, handler);
    }
    if (change.kind === 'delete-field') {
      return this.#changeObserved(request, { kind: 'delete-field', field: copyBytes(change.field) }, place, settings, w, handler);
    }
    const operation = this.#changeOperation(request, place, settings, w, handler);
    operation.start(seen, change);
    return () => operation.cancel();
  }

  /**
   * A removal takes away what is there: so it first reads with R, lest this replica has not heard of what the caller saw.
   * `change` has bytes of its own, since those of the request are gone when the read is done.
   */
  #changeObserved(
    request: ChangeRequest,
    change: Change,
    place: Place,
    settings: BucketSettings,
    w: number,
    handler: ReplyHandler<ChangeReply>,
  ): Cancel {
    let cancelled = false;
    let again: Cancel = () => {};
    const operation = this.#changeOperation(request, place, settings, w, handler);
    const read = new GetOperation(this.#parts, place, settings, settings.r, request.timeoutMs, request.strict === true, {
      found: (record) => {
        if (cancelled) return;
        if (read.isStale) {
          // What was read may have been deleted and forgotten since.
          again = this.#changeObserved(request, change, place, settings, w, handler);
          return;
        }
        try {
          if (record !== undefined) operation.takeIn(record);
          operation.start(NOTHING_SEEN, change);
        } catch (error) {
          if (!(error instanceof QuorateError)) throw error;
          handler.fail(error);
        }
      },
      fail: (error) => handler.fail(error),
    });
    read.start();
    return () => {
      cancelled = true;
      operation.cancel();
      read.cancel();
      again();
    };
  }

  list(request: ListRequest, handler: ReplyHandler<ListReply>): Cancel {
    checkBucketName(request.bucket);
    checkTimeout(request.timeoutMs);
    if (request.limit < 1 || request.limit > MAX_PAGE)
      throw badRequest(`asks for ${request.limit} keys a page; 1 to ${MAX_PAGE} can be had`);
    const operation = new ListOperation(this.#parts, request, this.settings(request.bucket), handler);
    operation.start();
    return () => operation.cancel();
  }

  settings(bucket: string): BucketSettings {
    return this.#parts.configuration.buckets.get(bucket) ?? this.#parts.configuration.defaults;
  }

  #changeOperation(
    request: ChangeRequest,
    place: Place,
    settings: BucketSettings,
    w: number,
    handler: ReplyHandler<ChangeReply>,
  ): ChangeOperation {
    return new ChangeOperation(this.#parts, place, settings, w, request.timeoutMs, request.strict === true, {
      changed: (context) => handler.reply({ kind: 'change', context }),
      fail: (error) => handler.fail(error),
    });
  }

  #check({ bucket, key, timeoutMs }: GetRequest | ChangeRequest): BucketSettings {
    const known = this.#parts.configuration.buckets.get(bucket);
    if (known === undefined) checkBucketName(bucket);
    if (key.length === 0) throw emptyKey();
    const { keyBytes } = this.#parts.configuration.limits;
    if (key.length > keyBytes) throw tooLarge('key', key.length, keyBytes);
    checkTimeout(timeoutMs);
    return known ?? this.#parts.configuration.defaults;
  }

  #checkValue(value: Uint8Array): void {
    const { valueBytes } = this.#parts.configuration.limits;
    if (value.length > valueBytes) throw tooLarge('value', value.length, valueBytes);
  }
}

/** What a read found, as the reply to whoever asked. */
class GetAnswer implements GetOutcome {
  readonly #place: Place;
  readonly #settings: BucketSettings;
  readonly #clock: Clock;
  readonly #coordinator: string;
  readonly #handler: ReplyHandler<GetReply>;

  constructor(place: Place, settings: BucketSettings, clock: Clock, coordinator: string, handler: ReplyHandler<GetReply>) {
    this.#clock = clock;
    this.#coordinator = coordinator;
    this.#place = place;
    this.#settings = settings;
    this.#handler = handler;
  }

  found(record: Uint8Array | undefined): void {
    const { conflict } = this.#settings;
    const readable = record === undefined ? undefined : withoutExpiredValues(record, conflict, this.#clock);
    this.#handler.reply({ kind: 'get', mark: this.#place.position, record: readable, conflict, coordinator: this.#coordinator });
  }

  fail(error: QuorateError): void {
    this.#handler.fail(error);
  }
}

function isHome(homes: readonly Target[]): boolean {
  return homes[0] !== undefined && homes[0].peer === undefined;
}

function quorumOf(what: 'r' | 'w', asked: number, usual: number, n: number): number {
  if (asked > n) throw impossibleQuorum(what, asked, n);
  return asked === 0 ? usual : asked;
}

function checkTimeout(timeoutMs: number): void {
  if (timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS)
    throw badRequest(`has a time limit of ${timeoutMs} ms; 1 to ${MAX_TIMEOUT_MS} is allowed`);
}
