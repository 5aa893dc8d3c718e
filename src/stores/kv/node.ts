/**
 * A node of the store: links to the other nodes, a door for clients, and behind it the coordinator and the replica. Callbacks
 * only: a promise per message would cost more than most messages, and the simulated world runs without a turn of the event loop.
 */
import { MalformedBytes, type Reader } from '../../runtime/bytes/index.ts';
import { claimDirectory } from '../../runtime/engines/index.ts';
import { QuorateError } from '../../runtime/errors/index.ts';
import { FIRST_REPLY_KIND } from '../../runtime/transport/index.ts';
import type { Hello, Link, LinkHandler, Listener, NodeWorld } from '../../runtime/world/index.ts';
import { claimAtomicBuckets } from './atomic/index.ts';
import { Background, foregroundObserver } from './background/index.ts';
import { type NodeConfiguration, ownMember } from './configuration.ts';
import { clusterStatus, Deadlines, ringDescription } from './coordinator/index.ts';
import { DuplicateFilter } from './duplicate-filter.ts';
import { overloaded, stopping } from './errors.ts';
import { LinkAnswer } from './link-answer.ts';
import { checkOwnName, refusedByOutsider } from './membership/index.ts';
import { decodeRequest, KIND, PROTOCOL_VERSION } from './messages/index.ts';
import { ObservedHandler } from './observed-handler.ts';
import { type KvObserver, SILENT_OBSERVER } from './observer.ts';
import { borrower, Peers } from './peers.ts';
import { ActorIdentity } from './replica/index.ts';
import type { Arrival, Cancel, InspectRequest, KvExecutor, KvReply, KvRequest, ReplyHandler, ReplyOf } from './requests.ts';
import { assemble, type Running, unreadiness } from './running.ts';

/** Of what is on the disk; a directory of another format is refused. */
const FORMAT_VERSION = 2;
/** How long `stop` waits for the requests under way. */
const DRAIN_MS = 5000;
const DRAIN_STEP_MS = 10;

const NOTHING_TO_CANCEL: Cancel = () => {};

export class KvNode implements KvExecutor {
  readonly #world: NodeWorld;
  readonly #configuration: NodeConfiguration;
  readonly #observer: KvObserver;
  readonly #background: Background;
  readonly #peers: Peers;
  readonly #links = new Set<Link>();
  readonly #deadlines: Deadlines;
  #running: Running | undefined;
  #listener: Listener | undefined;
  #stopped: Promise<void> | undefined;

  constructor(world: NodeWorld, configuration: NodeConfiguration, observer: KvObserver = SILENT_OBSERVER) {
    this.#world = world;
    this.#configuration = configuration;
    this.#background = new Background(world, configuration.target?.p999Ms);
    this.#observer = foregroundObserver(observer, this.#background);
    this.#deadlines = new Deadlines(world.clock, world.timers);
    this.#peers = new Peers(world, configuration, this.#hello(), (...frame) => this.#onFrame(...frame));
  }

  get name(): string {
    return this.#configuration.nodeName;
  }

  /** @throws QuorateError what `claimDirectory`, `claimAtomicBuckets` and `Network.listen` throw: then nothing has been begun. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.begin((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  /** As {@link start}, with a callback: for the simulated world. */
  begin(done: (error?: unknown) => void): void {
    const { engine, random } = this.#world;
    const { clusterName, nodeName } = this.#configuration;
    try {
      claimDirectory(engine, { clusterName, nodeName, formatVersion: FORMAT_VERSION });
      claimAtomicBuckets(engine, this.#configuration);
      checkOwnName(engine, this.#configuration);
    } catch (error) {
      done(error);
      return;
    }
    const identity = ActorIdentity.open(engine, random, (failure) => {
      if (failure === undefined) this.#run(identity, done);
      else done(failure);
    });
  }

  #run(identity: ActorIdentity, done: (error?: unknown) => void): void {
    const running = assemble({
      world: this.#world,
      configuration: this.#configuration,
      observer: this.#observer,
      peers: this.#peers,
      deadlines: this.#deadlines,
      identity,
      background: this.#background,
    });
    this.#running = running;
    running.services.start();
    const address = ownMember(this.#configuration).address;
    if (address === undefined) {
      done();
      return;
    }
    this.#world.network
      .listen(address, this.#hello(), (link) => this.#accept(link))
      .then(
        (listener) => {
          this.#listener = listener;
          done();
        },
        (error: unknown) => {
          this.#peers.close();
          done(error);
        },
      );
  }

  #hello(): Hello {
    return { protocolVersion: PROTOCOL_VERSION, clusterName: this.#configuration.clusterName, role: 'node', nodeName: this.name };
  }

  #accept(link: Link): LinkHandler {
    this.#links.add(link);
    const duplicates = new DuplicateFilter();
    const peer = borrower(link, this.name, this.#peers);
    peer?.lend(link);
    return {
      onFrame: (from, kind, correlation, body) => {
        if (peer !== undefined && kind >= FIRST_REPLY_KIND) peer.onLentReply(kind, correlation, body);
        else this.#onFrame(from, kind, correlation, body, duplicates);
      },
      onClose: (_link, reason) => {
        this.#links.delete(link);
        peer?.onLentEnd(link, reason);
      },
    };
  }

  #onFrame(link: Link, kind: number, correlation: number, body: Reader, duplicates: DuplicateFilter): void {
    const running = this.#running;
    if (running === undefined || ((kind === KIND.change || kind === KIND.administer) && !duplicates.isFirst(correlation))) return;
    switch (kind) {
      case KIND.get:
      case KIND.change:
      case KIND.list:
      case KIND.inspect:
      case KIND.administer:
      case KIND.watch: {
        const { request, arrival } = decodeRequest(kind, body);
        this.#carryOut(request, arrival, new LinkAnswer(link, correlation, running.topology));
        return;
      }
      default: {
        if (link.remote.role !== 'node') throw new MalformedBytes(`frame kind ${kind} from a client`);
        if (refusedByOutsider(running.membership, link, kind, correlation)) return;
        const here = running.transfers.passOn(link, kind, correlation, body);
        if (here === undefined) return;
        if (kind === KIND.replicaRead) running.server.onRead(link, correlation, here);
        else if (kind === KIND.replicaWrite) running.server.onWrite(link, correlation, here);
        else if (kind === KIND.replicaList) running.server.onList(link, correlation, here);
        else running.services.onFrame(link, kind, correlation, here);
      }
    }
  }

  execute<Request extends KvRequest>(request: Request, handler: ReplyHandler<ReplyOf<Request>>): Cancel {
    return this.#carryOut(request, 'direct', {
      reply: (reply) => {
        if (isReplyTo(request, reply)) handler.reply(reply);
      },
      fail: (error) => handler.fail(error),
    });
  }

  #carryOut(request: KvRequest, arrival: Arrival, handler: ReplyHandler<KvReply>): Cancel {
    const observed = this.#observe(request, handler);
    try {
      const running = this.#running;
      if (running === undefined || this.#stopped !== undefined) throw stopping(this.name);
      if (this.#deadlines.size >= this.#configuration.maxInFlight) throw overloaded(this.name, this.#deadlines.size);
      if (request.kind !== 'inspect' && request.kind !== 'administer' && !running.transfers.isSeated)
        running.membership.expectMember();
      switch (request.kind) {
        case 'get':
          return running.coordinator.get(request, arrival, observed);
        case 'change':
          return running.coordinator.change(request, arrival, observed);
        case 'list':
          return running.coordinator.list(request, observed);
        case 'inspect':
          observed.reply({ kind: 'inspect', json: JSON.stringify(this.#inspect(request, running)) });
          return NOTHING_TO_CANCEL;
        case 'administer':
          return running.services.administer(request, observed);
        case 'watch':
          return running.watches.watch(request, arrival, observed);
      }
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      observed.fail(error);
      return NOTHING_TO_CANCEL;
    }
  }

  #observe(request: KvRequest, handler: ReplyHandler<KvReply>): ReplyHandler<KvReply> {
    if (request.kind === 'inspect' || request.kind === 'administer' || request.kind === 'watch') return handler;
    const verb = request.kind === 'change' ? (request.change.kind === 'delete' ? 'delete' : 'put') : request.kind;
    return new ObservedHandler(handler, this.#observer, this.#world.clock, verb);
  }

  #inspect({ topic, argument }: InspectRequest, { topology, replica, services, membership, seating }: Running): unknown {
    switch (topic) {
      case 'status':
        return { ...clusterStatus(this.#configuration, topology, membership.members), standing: membership.standing };
      case 'ring':
        return ringDescription(topology, seating.age, argument);
      case 'node': {
        const storage = replica.failure === undefined ? 'ok' : replica.failure.message;
        return { name: this.name, ready: this.ready(), links: this.linkCount, inFlight: this.inFlight, storage };
      }
      default:
        return services.inspect(topic, argument);
    }
  }

  /** Why this node could not serve a read and a write of every bucket now; `undefined` if it could. */
  unreadiness(): string | undefined {
    const running = this.#running;
    if (running === undefined) return 'the node has not started';
    if (this.#stopped !== undefined) return 'the node is stopping';
    return unreadiness(this.#configuration, running);
  }

  ready(): boolean {
    return this.unreadiness() === undefined;
  }

  /** Links open now: of nodes and clients. */
  get linkCount(): number {
    return this.#links.size;
  }

  /** Requests under way now. */
  get inFlight(): number {
    return this.#deadlines.size;
  }

  /** Refuse new requests, finish those under way, close the links, leave the record of a clean stop, close the engine. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#running?.watches.stop();
    await this.#drained();
    this.#running?.services.stop();
    await this.#listener?.close();
    for (const link of this.#links) link.close('the node is stopping');
    this.#peers.close();
    const { engine, log } = this.#world;
    const identity = this.#running?.identity;
    if (identity !== undefined) {
      await new Promise<void>((resolve) => {
        identity.close(engine, (error) => {
          if (error !== undefined) log.warn('no record of a clean stop could be left', { error: error.message });
          resolve();
        });
      });
    }
    this.#running = undefined;
    await engine.close();
  }

  #drained(): Promise<void> {
    const { clock, timers } = this.#world;
    const end = clock.now() + DRAIN_MS;
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#deadlines.size === 0 || clock.now() >= end) resolve();
        else timers.after(DRAIN_STEP_MS, look);
      };
      look();
    });
  }
}

function isReplyTo<Request extends KvRequest>(request: Request, reply: KvReply): reply is ReplyOf<Request> {
  return reply.kind === request.kind;
}
