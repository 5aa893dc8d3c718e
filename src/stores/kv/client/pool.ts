/** The connections of a client: one lasting link per node, and the choice among them. */
import { Peer } from '../../../runtime/transport/index.ts';
import type { Address, CloseReason, Hello, World } from '../../../runtime/world/index.ts';
import type { FailedAddress } from './client-errors.ts';

/** A node is back soon, or others serve meanwhile; a client that waits longer than this only adds to the outage. */
const MAX_BACKOFF_MS = 1_000;

/** One address and the connection to it. */
export interface Member {
  readonly address: Address;
  readonly peer: Peer;
  /** How errors name it: with the node's name once that is known. */
  readonly name: string;
}

interface State extends Member {
  name: string;
  /** Why there is no link; `undefined` before the first attempt has ended. */
  failure: CloseReason | undefined;
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
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #members = new Map<Address, State>();
  /** Those with a link. */
  #up: readonly Member[] = [];
  #turn = 0;
  /** That of the first node that answered: a client that named none must not spread one bucket over two clusters. */
  #clusterName: string | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
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
        this.#refresh();
        onUp();
      },
      onDown: down,
      onDialFailed: down,
    });
    // No callback comes before the dial has returned.
    const state: State = { address, peer, name: address, failure: undefined };
    this.#members.set(address, state);
  }

  /** Whether a node of that name is linked now, at whichever address. */
  hasNode(name: string): boolean {
    return this.#up.some(({ peer }) => peer.remote?.nodeName === name);
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
   * The linked node with the fewest requests in flight, in turn among equals: a slow node gets fewer. Not `avoid`, unless it is the
   * only one. `undefined` when none is linked or all have as many in flight as they may.
   */
  choose(avoid: Member | undefined): Member | undefined {
    const up = this.#up;
    let best: Member | undefined;
    let least = this.#options.maxInFlight;
    this.#turn += 1;
    for (let index = 0; index < up.length; index++) {
      const member = up[(this.#turn + index) % up.length] as Member;
      const { inFlight } = member.peer;
      // While a link's loss is told to its requests, it is still in the list.
      if (inFlight >= least || !member.peer.isUp || (member === avoid && up.length > 1)) continue;
      best = member;
      least = inFlight;
    }
    return best;
  }

  close(): void {
    for (const { peer } of this.#members.values()) peer.close();
    this.#members.clear();
    this.#up = [];
  }

  #refresh(): void {
    this.#up = [...this.#members.values()].filter(({ peer }) => peer.isUp);
  }
}
