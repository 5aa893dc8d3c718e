/** The connections of a client: one lasting link per node, and the choice among them. */
import { Peer } from '../../../runtime/transport/index.ts';
import type { Address, CloseReason, Hello, Timer, World } from '../../../runtime/world/index.ts';
import { decodePassedOn, encodeRequest, KIND, REQUEST_KIND } from '../messages/index.ts';
import type { GetRequest, KvRequest } from '../requests.ts';
import type { FailedAddress } from './client-errors.ts';
import { Attention, type Listened, SilenceWatch } from './silence.ts';

/** A node is back soon, or others serve meanwhile; a client that waits longer than this only adds to the outage. */
const MAX_BACKOFF_MS = 1_000;

/**
 * A node that has just started is slow: its code is cold, its caches are empty, and it is being brought up to date. For some seconds after its link
 * has opened it counts as busier than it is, less so from step to step ("slow start" of load balancers).
 */
const FRESH_HANDICAP = 16;
const HANDICAP_STEP_MS = 300;

/** How long a node has for the question whether it is still there. */
const PROBE_TIMEOUT_MS = 1_000;

/** One address and the connection to it. */
export interface Member {
  readonly address: Address;
  readonly peer: Peer;
  /** How errors name it: with the node's name once that is known. */
  readonly name: string;
  readonly attention: Attention;
  /** Of the requests without a reply, those that may have none for long. */
  watches: number;
  /** The last request that was passed on there, right before its answer comes. */
  readonly passedOn: { readonly correlation: number; readonly coordinator: string } | undefined;
}

interface State extends Member, Listened {
  name: string;
  attention: Attention;
  passedOn: Member['passedOn'];
  /** The question whether it is still there that has no answer yet, if there is one; 0 for none. */
  probe: number;
  /** Why there is no link; `undefined` before the first attempt has ended. */
  failure: CloseReason | undefined;
  /** Requests that count as under way there, and are not. */
  handicap: number;
  warming: Timer | undefined;
}

export interface PoolOptions {
  readonly world: World;
  readonly hello: Hello;
  /** Requests without a reply on one connection, at most. */
  readonly maxInFlight: number;
  /** A link has opened. */
  readonly onUp: () => void;
  /** An attempt has failed, or a link has ended. */
  readonly onDown: () => void;
  /** A node answers nothing any more, though its link is open; others do. */
  readonly onSilent: (member: Member) => void;
  /** A node has passed a request on, and tells which ring it knows. */
  readonly onPassedOn: (member: Member, ringVersion: string) => void;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #members = new Map<Address, State>();
  /** Those with a link. */
  #up: readonly State[] = [];
  readonly #silence: SilenceWatch<State>;
  /** What was asked for last: of that key a node is asked whether it is still there. */
  #lastKey: Pick<GetRequest, 'bucket' | 'key'> | undefined;
  #turn = 0;
  /** Names of the nodes of the cluster; `undefined`: not known. */
  #nodes: ReadonlySet<string> | undefined;
  /** That of the first node that answered: a client that named none must not spread one bucket over two clusters. */
  #clusterName: string | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#silence = new SilenceWatch<State>({
      timers: options.world.timers,
      nodes: () => this.#up,
      probe: (node) => this.#probe(node),
      onSilent: options.onSilent,
    });
  }

  /** Connect to one more address; known ones are left as they are. */
  add(address: Address): void {
    if (this.#members.has(address)) return;
    const { world, hello, maxInFlight, onUp, onDown } = this.#options;
    const down = (reason: CloseReason): void => {
      state.failure = reason;
      this.#refresh();
      onDown();
    };
    const peer = new Peer({
      world,
      address,
      hello,
      maxInFlight,
      maxBackoffMs: MAX_BACKOFF_MS,
      onUp: ({ remote }) => {
        this.#clusterName ??= remote.clusterName;
        if (remote.clusterName !== this.#clusterName) {
          peer.close();
          down({ kind: 'refused', detail: `cluster name '${remote.clusterName}' there, '${this.#clusterName}' elsewhere` });
          return;
        }
        state.name = `${remote.nodeName} (${address})`;
        state.attention = new Attention();
        state.probe = 0;
        this.#warm(state, FRESH_HANDICAP);
        this.#refresh();
        onUp();
      },
      onRequest: (_link, kind, correlation, body) => {
        if (kind !== KIND.passedOn) return;
        const { coordinator, ringVersion } = decodePassedOn(body);
        state.passedOn = { correlation, coordinator };
        this.#options.onPassedOn(state, ringVersion);
      },
      onDown: down,
      onDialFailed: down,
    });
    // No callback comes before the dial has returned.
    const state: State = {
      address,
      peer,
      name: address,
      attention: new Attention(),
      watches: 0,
      probe: 0,
      passedOn: undefined,
      failure: undefined,
      handicap: 0,
      warming: undefined,
      get underWay() {
        return peer.inFlight - state.watches;
      },
    };
    this.#members.set(address, state);
  }

  /** Whether a node of that name is linked now, at whichever address. */
  hasNode(name: string): boolean {
    for (const { peer } of this.#members.values()) if (peer.remote?.nodeName === name) return true;
    return false;
  }

  /** These are the nodes of the cluster: others, who have left it, are asked only as long as none of these is linked. */
  follow(nodes: Iterable<string>): void {
    this.#nodes = new Set(nodes);
    this.#refresh();
  }

  get anyUp(): boolean {
    return this.#up.length > 0;
  }

  /** Every address refused the handshake: waiting will not mend that. */
  get everyoneRefused(): boolean {
    if (this.anyUp) return false;
    for (const { failure } of this.#members.values()) if (failure?.kind !== 'refused') return false;
    return true;
  }

  get failures(): readonly FailedAddress[] {
    return Array.from(this.#members.values(), ({ address, failure }) => ({
      address,
      reason: failure === undefined ? 'no answer yet' : `${failure.kind}: ${failure.detail}`,
    }));
  }

  /**
   * The linked node with the fewest requests in flight, in turn among equals: a slow node gets fewer, and so does one that has
   * just come. Not `avoid`, unless it is the only one, nor one that is silent while others are not. `undefined` when none is linked or all have as many in flight as they may.
   */
  choose(avoid: Member | undefined): Member | undefined {
    return this.#best(this.#up, avoid);
  }

  /** As {@link choose}, one of those nodes if one of them is well and has room. */
  chooseAmong(nodes: readonly string[]): Member | undefined {
    const best = this.#best(
      this.#up.filter(({ peer }) => nodes.includes(peer.remote?.nodeName ?? '')),
      undefined,
    );
    return best === undefined || best.attention.isSilent ? this.choose(undefined) : best;
  }

  /** The node of that name, if it is linked, well, and has room. */
  chooseNamed(name: string): Member | undefined {
    const member = this.#up.find(({ peer }) => peer.remote?.nodeName === name);
    const isFree = member !== undefined && !member.attention.isSilent && member.peer.inFlight < this.#options.maxInFlight;
    return isFree && member.peer.isUp ? member : undefined;
  }

  #best(up: readonly State[], avoid: Member | undefined): State | undefined {
    let best: State | undefined;
    let least = Number.POSITIVE_INFINITY;
    this.#turn += 1;
    for (let index = 0; index < up.length; index++) {
      const member = up[(this.#turn + index) % up.length] as State;
      const { inFlight } = member.peer;
      const load = inFlight + member.handicap;
      const isWorse = best !== undefined && member.attention.isSilent && !best.attention.isSilent;
      const isBetter = best?.attention.isSilent === true && !member.attention.isSilent;
      // While a link's loss is told to its requests, it is still in the list.
      if (
        isWorse ||
        inFlight >= this.#options.maxInFlight ||
        (load >= least && !isBetter) ||
        !member.peer.isUp ||
        (member === avoid && up.length > 1)
      )
        continue;
      best = member;
      least = load;
    }
    return best;
  }

  #warm(state: State, handicap: number): void {
    state.warming?.cancel();
    state.handicap = handicap;
    state.warming =
      handicap === 0 ? undefined : this.#options.world.timers.after(HANDICAP_STEP_MS, () => this.#warm(state, handicap - 1));
  }

  /** A request goes to a node of this pool. */
  sent(request: KvRequest): void {
    if ('key' in request) this.#lastKey = request;
    // A watch may wait for long without any fault of the node.
    if (request.kind !== 'watch') this.#silence.begin();
  }

  /** The node did not answer what it always answers: nothing more goes there until it answers a question. */
  suspect(member: Member): void {
    member.attention.isSilent = true;
    this.#silence.begin();
  }

  #probe(state: State): void {
    if (this.#lastKey === undefined) return;
    const { peer } = state;
    // One question at a time: it waits in the socket of a node that is paused.
    if (state.probe !== 0) peer.cancel(state.probe);
    const { bucket, key } = this.#lastKey;
    const question: GetRequest = { kind: 'get', bucket, key, r: 0, timeoutMs: PROBE_TIMEOUT_MS };
    state.probe = peer.request(
      REQUEST_KIND.get,
      (writer) => encodeRequest(writer, question, 'direct'),
      (kind) => {
        state.probe = 0;
        if (kind === KIND.getReply) state.attention.heard = true;
      },
      () => {
        state.probe = 0;
      },
    );
  }

  close(): void {
    for (const { peer, warming } of this.#members.values()) {
      peer.close();
      warming?.cancel();
    }
    this.#members.clear();
    this.#up = [];
  }

  #refresh(): void {
    const up = [...this.#members.values()].filter(({ peer }) => peer.isUp);
    const members = up.filter(({ peer }) => this.#nodes?.has(peer.remote?.nodeName ?? '') !== false);
    this.#up = members.length === 0 ? up : members;
  }
}
