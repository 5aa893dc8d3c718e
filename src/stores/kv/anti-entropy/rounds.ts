/**
 * When this node compares itself with whom.
 *
 * Every so often it sends the roots of some trees to a random one of those that share them, and begins an exchange for each that
 * differs. Of the quiet ones that is a run of trees per second, so that all have been compared with everyone within a minute or so. The
 * roots of busy partitions differ by what is on its way just then, and each costs an exchange: so of these there are few in a round. When much travelled in a round, one of the two has been away: then the next one, of all trees they share, follows
 * soon, until they are in step, and after it those with all others.
 */
import { decodeRoots, encodeRoots, type Root, type TreeName } from '../../../protocols/anti-entropy/index.ts';
import { sumAt } from '../../../protocols/merkle/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import { FRAME } from './frames.ts';
import { askPartner } from './partner.ts';
import type { AntiEntropyParts } from './parts.ts';
import { RunningExchange } from './running-exchange.ts';

/** Between two rounds of a node in quiet times: half of it to all of it. */
const ROUND_MS = 1_000;
/** Trees compared in such a round. */
const QUIET_TREES = 32;
/** Of which so many may be busy. */
const BUSY_TREES = 4;
/** And in one that follows another in which much travelled. */
const ALL_TREES = 4_096;
/** More records than this in one exchange are much. */
const MUCH = 16;
/** Between two rounds with one that was away. */
const CATCH_UP_MS = 100;
/** Exchanges under way at once: so many that it is the rate of background work that sets the pace, and not the time that an answer takes. */
const PARALLEL = 16;
const ROOTS_BYTES = 1024;

export class Rounds {
  readonly #parts: AntiEntropyParts;
  /** Per partner: where the next round begins. */
  readonly #cursors = new Map<string, number>();
  /** The partner that was away, or that knows what this node has missed. */
  #behind: string | undefined;
  /** Those found in step since much travelled last; `undefined`: that is long ago. */
  #inStep: Set<string> | undefined;
  #timer: Timer | undefined;

  constructor(parts: AntiEntropyParts) {
    this.#parts = parts;
  }

  /** No effect on a node that stops: its links end, and whoever waited for an answer would begin anew for ever. */
  start(): void {
    if (this.#parts.isStopped()) return;
    const half = ROUND_MS / 2;
    this.#timer = this.#parts.world.timers.after(half + this.#parts.world.random.below(half), () => this.#round());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #round(): void {
    const { topology, replica, world } = this.#parts;
    const up = [...this.#parts.homes.shared.keys()].filter(
      (name) => topology.target(name)?.peer?.isUp === true && !this.#parts.doHintsFlow(name),
    );
    const next = this.#nextToCatchUp(up);
    const partner = next ?? up[up.length === 0 ? 0 : world.random.below(up.length)];
    const peer = partner === undefined ? undefined : topology.target(partner)?.peer;
    if (partner === undefined || peer === undefined || replica.failure !== undefined) {
      this.#behind = undefined;
      this.start();
      return;
    }
    const trees = this.#nextTrees(partner, next === undefined ? QUIET_TREES : ALL_TREES);
    this.#parts.background.run('anti-entropy', ROOTS_BYTES, () => this.#compare(partner, peer, trees));
  }

  /** Who has been away, or has what this node missed, may not be alone in it: so after that one the others, until all are in step. */
  #nextToCatchUp(up: readonly string[]): string | undefined {
    const inStep = this.#inStep;
    if (inStep === undefined) return undefined;
    const next = up.find((name) => name === this.#behind) ?? up.find((name) => !inStep.has(name));
    if (next === undefined) this.#inStep = undefined;
    return next;
  }

  #nextTrees(partner: string, most: number): readonly TreeName[] {
    const shared = this.#parts.homes.shared.get(partner) ?? [];
    const count = Math.min(most, shared.length);
    const from = (this.#cursors.get(partner) ?? this.#parts.world.random.below(Math.max(1, shared.length))) % shared.length;
    this.#cursors.set(partner, (from + count) % shared.length);
    const { trees } = this.#parts;
    const next = Array.from({ length: count }, (_unused, index) => shared[(from + index) % shared.length] as TreeName);
    const counted = next.filter((name) => trees.isCounted(name));
    if (most === ALL_TREES) return counted;
    let busy = 0;
    return counted.filter((name) => trees.isQuiet(name) || busy++ < BUSY_TREES);
  }

  #compare(partner: string, peer: Peer, names: readonly TreeName[]): void {
    const { trees, world, counts } = this.#parts;
    if (this.#parts.isStopped()) return;
    this.#parts.standings.asked(partner, world.clock.now());
    askPartner(
      world.timers,
      peer,
      FRAME.roots,
      (writer) =>
        encodeRoots(
          writer,
          names.map(({ n, partition }) => ({
            n,
            partition,
            root: sumAt(trees.tree({ n, partition }), 0),
          })),
        ),
      {
        answered: (body) => {
          const answers = decodeRoots(body);
          counts.rounds++;
          this.#parts.standings.compared(partner, answers.length, world.clock.now());
          this.#exchange(partner, peer, answers);
        },
        failed: () => {
          this.#parts.standings.failed(partner);
          this.#afterRound(partner, false);
        },
      },
    );
  }

  #exchange(partner: string, peer: Peer, answers: readonly Root[]): void {
    const waiting = [...answers];
    let running = 0;
    let wasMuch = false;
    let failed = false;
    let isOver = false;
    const next = (): void => {
      if (this.#parts.isStopped()) return;
      const failures = this.#parts.counts.failures;
      while (running < PARALLEL && !failed && !this.#parts.doHintsFlow(partner)) {
        const answer = waiting.shift();
        if (answer === undefined) break;
        running++;
        this.#parts.counts.differences++;
        new RunningExchange(this.#parts, partner, peer, answer, (moved) => {
          running--;
          wasMuch ||= moved > MUCH;
          if (this.#parts.counts.failures > failures) this.#parts.standings.failed(partner);
          else this.#parts.standings.exchanged(partner, moved);
          // Whoever does not answer one will not answer the next.
          failed ||= this.#parts.counts.failures > failures;
          next();
        }).start();
      }
      // An exchange may end at once, within the loop of another call.
      if (running > 0 || isOver) return;
      isOver = true;
      this.#afterRound(partner, wasMuch && !failed);
    };
    next();
  }

  #afterRound(partner: string, wasMuch: boolean): void {
    this.#behind = wasMuch ? partner : undefined;
    if (wasMuch) this.#inStep = new Set();
    else this.#inStep?.add(partner);
    if (this.#parts.isStopped()) return;
    if (this.#inStep === undefined) this.start();
    else this.#timer = this.#parts.world.timers.after(CATCH_UP_MS, () => this.#round());
  }
}
