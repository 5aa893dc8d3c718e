/**
 * Keeps the client's ring up to date. Any node is asked every ten seconds, as in the paper (section 6.4); and a node that had to pass a
 * request on tells which ring it knows: if that is another one, it is asked for it at once, give or take some milliseconds, so that a thousand
 * clients do not ask in the same one. One question at a time, and not many a second: while partitions move, the ring changes with each.
 *
 * Of two rings the one that more changes have led to counts: a node that is behind does not lead the client back.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Timer, World } from '../../../runtime/world/index.ts';
import { parseStatus } from '../inspection.ts';
import type { ClusterStatus } from '../interface.ts';
import { decodeReply, encodeRequest, KIND, REQUEST_KIND } from '../messages/index.ts';
import type { Member, Pool } from './pool.ts';
import { RingView } from './ring-view.ts';

/** As in the paper. */
const POLL_MS = 10_000;
/** From one question to the next, at least. */
const PAUSE_MS = 250;
const JITTER_MS = 20;
/** A node that says nothing for so long is not waited for. */
const ANSWER_MS = 2_000;

export interface RingFollowerParts {
  readonly world: World;
  readonly pool: Pool;
  /** How many homes the keys of each bucket have. */
  readonly buckets: ClusterStatus['buckets'];
  /** A node that the client may not know yet. */
  readonly addNode: (name: string, address: string) => void;
}

export class RingFollower {
  /** Requests have been made since the last poll. */
  isInUse = false;
  readonly #parts: RingFollowerParts;
  readonly #view: RingView;
  #poll: Timer | undefined;
  /** The question under way, or about to be asked. */
  #asking: Timer | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Version of a ring that was told and is older than the one that is known. */
  #outdated: string | undefined;

  constructor(parts: RingFollowerParts) {
    this.#parts = parts;
    this.#view = new RingView(parts.buckets);
    this.#pollRing();
  }

  /** As {@link RingView.homesOf}. */
  homesOf(bucket: string, key: Uint8Array): readonly string[] | undefined {
    return this.#view.homesOf(bucket, key);
  }

  /** A node had to pass a request on, and knows that ring. */
  onPassedOn(member: Member, ringVersion: string): void {
    const { version } = this.#view;
    if (ringVersion === version || ringVersion === this.#outdated || this.#asking !== undefined) return;
    const { clock, timers, random } = this.#parts.world;
    const pause = Math.max(0, this.#askedAt + PAUSE_MS - clock.now());
    this.#asking = timers.after(pause + random.below(JITTER_MS), () => this.#ask(member));
  }

  close(): void {
    this.#poll?.cancel();
    this.#asking?.cancel();
  }

  /** Of any node, as long as there are requests. */
  #pollRing(): void {
    this.#poll = this.#parts.world.timers.after(POLL_MS, () => this.#pollRing());
    if (this.#asking !== undefined || (this.#view.version !== undefined && !this.isInUse)) return;
    this.isInUse = false;
    const member = this.#parts.pool.choose(undefined);
    if (member !== undefined) this.#ask(member);
  }

  /** Without an answer the next poll, or the next request that is passed on, leads to another node. */
  #ask(member: Member): void {
    const { version } = this.#view;
    this.#askedAt = this.#parts.world.clock.now();
    this.#inspect(member, 'ring', version === undefined ? '' : JSON.stringify(version), (json) => this.#learn(member, json));
  }

  #inspect(member: Member, topic: string, argument: string, onAnswer: (json: string) => void): void {
    const timer = this.#parts.world.timers.after(ANSWER_MS, () => {
      member.peer.cancel(correlation);
      over();
    });
    const over = (): void => {
      timer.cancel();
      if (this.#asking === timer) this.#asking = undefined;
    };
    this.#asking = timer;
    let correlation = 0;
    correlation = member.peer.request(
      REQUEST_KIND.inspect,
      (writer) => encodeRequest(writer, { kind: 'inspect', topic, argument, timeoutMs: ANSWER_MS }, 'direct'),
      (kind, body) => {
        over();
        const reply = kind === KIND.error ? undefined : decodeReply(kind, body);
        if (reply?.kind !== 'inspect') return;
        try {
          onAnswer(reply.json);
        } catch (error) {
          if (!(error instanceof QuorateError)) throw error;
          this.#parts.world.log.warn(`a node tells of no ${topic}`, { error: error.message });
        }
      },
      over,
    );
  }

  #learn(member: Member, json: string): void {
    const { pool } = this.#parts;
    const { told, isNews } = this.#view.update(json);
    if (!isNews) {
      if (told !== this.#view.version) this.#outdated = told;
      return;
    }
    this.#outdated = undefined;
    pool.follow(this.#view.nodes);
    if (this.#view.nodes.every((name) => pool.hasNode(name))) return;
    this.#inspect(member, 'status', '', (status) => {
      for (const { name, address } of parseStatus(status).nodes) this.#parts.addNode(name, address);
    });
  }
}
