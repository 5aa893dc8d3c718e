/**
 * Carries out requests over connections to a cluster. Callbacks only, so that it runs in the simulated world as it does in the
 * real one, and costs no promise per request.
 */
import type { Address, Hello, World } from '../../../runtime/world/index.ts';
import { closed } from '../caller-errors.ts';
import { coordinatorIn } from '../context.ts';
import { overloaded } from '../errors.ts';
import type { ClusterStatus } from '../interface.ts';
import { PROTOCOL_VERSION } from '../messages/index.ts';
import type { Cancel, KvExecutor, KvRequest, ReplyHandler, ReplyOf } from '../requests.ts';
import { Chain, type ChainLink } from './chain.ts';
import { type AnyOperation, Operation, type OperationParts } from './operation.ts';
import { type Member, Pool } from './pool.ts';
import { RingFollower } from './ring-follower.ts';
import { TimeLimits } from './time-limits.ts';

/** More in flight on one connection gains nothing: it only waits at the node instead of here, where it can still go elsewhere. */
const DEFAULT_MAX_IN_FLIGHT_PER_NODE = 1_024;
const DEFAULT_MAX_UNDER_WAY = 65_536;

const NOTHING_TO_CANCEL: Cancel = () => {};

export interface ClientExecutorOptions {
  /** Some nodes of the cluster; not empty. */
  readonly addresses: readonly Address[];
  /** Refuse nodes of another cluster. '', the default, takes whichever answers. */
  readonly clusterName?: string;
  /** Requests without an answer on one connection, at most. Default 1,024; further ones wait. */
  readonly maxInFlightPerNode?: number;
  /** Requests under way at once, waiting or sent, at most; further ones fail with `overloaded`. Default 65,536. */
  readonly maxUnderWay?: number;
}

export class ClientExecutor implements KvExecutor {
  readonly #pool: Pool;
  readonly #parts: OperationParts;
  readonly #maxUnderWay: number;
  /** First come, first sent. */
  readonly #waiting = new Chain<AnyOperation>();
  readonly #places = new Map<AnyOperation, ChainLink<AnyOperation>>();
  #underWay = 0;
  #closing = false;
  #ring: RingFollower | undefined;
  #onIdle: (() => void)[] = [];

  /** Starts connecting at once. */
  constructor(world: World, options: ClientExecutorOptions) {
    const hello: Hello = {
      protocolVersion: PROTOCOL_VERSION,
      clusterName: options.clusterName ?? '',
      role: 'client',
      nodeName: '',
    };
    this.#maxUnderWay = options.maxUnderWay ?? DEFAULT_MAX_UNDER_WAY;
    const pool = new Pool({
      world,
      hello,
      maxInFlight: options.maxInFlightPerNode ?? DEFAULT_MAX_IN_FLIGHT_PER_NODE,
      onUp: () => this.#sendWaiting(),
      onDown: () => this.#onDown(),
      onSilent: (member) => this.#onSilent(member),
      onPassedOn: (member, ringVersion) => this.#ring?.onPassedOn(member, ringVersion),
    });
    this.#pool = pool;
    this.#parts = {
      world,
      pool,
      limits: new TimeLimits(world.clock, world.timers),
      wait: (operation) => this.#places.set(operation, this.#waiting.append(operation)),
      finished: (operation) => this.#onFinished(operation),
    };
    for (const address of options.addresses) pool.add(address);
  }

  /** Requests without an answer yet, waiting or sent. */
  get underWay(): number {
    return this.#underWay;
  }

  /** A node of the cluster that has been heard of. */
  addNode(name: string, address: Address): void {
    if (!this.#closing && address !== '' && !this.#pool.hasNode(name)) this.#pool.add(address);
  }

  execute<Request extends KvRequest>(request: Request, handler: ReplyHandler<ReplyOf<Request>>): Cancel {
    if (this.#closing || this.#underWay >= this.#maxUnderWay) {
      handler.fail(this.#closing ? closed() : overloaded('This client', this.#underWay));
      return NOTHING_TO_CANCEL;
    }
    this.#underWay += 1;
    const operation = new Operation(this.#parts, request, handler);
    operation.begin(this.#waiting.size > 0 ? undefined : this.#memberFor(request));
    return () => operation.cancel();
  }

  /** From now on requests go straight to home replicas. @param buckets - how many each has */
  followRing(buckets: ClusterStatus['buckets']): void {
    if (this.#closing) return;
    const { world, pool } = this.#parts;
    const addNode = (name: string, address: Address): void => this.addNode(name, address);
    this.#ring = new RingFollower({ world, pool, buckets, addNode });
  }

  #memberFor(request: KvRequest): Member | undefined {
    if (this.#ring !== undefined) this.#ring.isInUse = true;
    const homes = 'key' in request ? this.#ring?.homesOf(request.bucket, request.key) : undefined;
    const preferred = preferredFor(request);
    const known = preferred !== undefined && homes?.includes(preferred) !== false ? this.#pool.chooseNamed(preferred) : undefined;
    if (known !== undefined) return known;
    return homes === undefined ? this.#pool.choose(undefined) : this.#pool.chooseAmong(homes);
  }

  /** Take no more requests; when those under way have ended, disconnect and call `done`. */
  close(done: () => void): void {
    this.#closing = true;
    this.#onIdle.push(done);
    this.#closeWhenIdle();
  }

  #onFinished(operation: AnyOperation): void {
    this.#underWay -= 1;
    const place = this.#places.get(operation);
    if (place !== undefined) {
      this.#places.delete(operation);
      this.#waiting.remove(place);
    }
    this.#sendWaiting();
    // The last one's caller hears of its end first.
    if (this.#closing) this.#parts.world.timers.soon(() => this.#closeWhenIdle());
  }

  /** A connection has room again. */
  #sendWaiting(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      const member = this.#pool.choose(undefined);
      if (member === undefined) return;
      this.#waiting.removeFirst();
      this.#places.delete(next);
      next.send(member);
    }
  }

  /** What waits there and may be asked twice is asked elsewhere. */
  #onSilent(member: Member): void {
    for (const operation of [...this.#parts.limits]) if (operation instanceof Operation) operation.leave(member);
  }

  #onDown(): void {
    if (!this.#pool.everyoneRefused) return;
    for (const operation of [...this.#places.keys()]) operation.failUnreachable();
  }

  #closeWhenIdle(): void {
    if (!this.#closing || this.#underWay > 0) return;
    this.#ring?.close();
    this.#pool.close();
    const callbacks = this.#onIdle;
    this.#onIdle = [];
    for (const done of callbacks) done();
  }
}

/** Who should coordinate it, because it has what was seen. */
function preferredFor(request: KvRequest): string | undefined {
  if (request.kind === 'get') return request.coordinator;
  return request.kind === 'change' ? coordinatorIn(request.context) : undefined;
}
