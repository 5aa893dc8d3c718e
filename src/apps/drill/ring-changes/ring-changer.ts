/**
 * The administrator of a drill: lets nodes in, takes others out, and waits until the ring has come to rest, while faults go on. Whatever
 * is refused or not answered is tried again at another member, as people would.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json, Quorate } from '../../../stores/kv/index.ts';
import type { Newcomer } from '../stage.ts';
import { describeChange, type HappenedChange, type PlannedChange, type RingChange } from './ring-change.ts';

export interface RingChangerOptions {
  /** A connection to each member alone; kept up by the callbacks below. */
  readonly members: ReadonlyMap<string, Quorate>;
  nowMs(): number;
  /** Between two attempts; resolves early when the drill is interrupted. */
  pause(): Promise<void>;
  isInterrupted(): boolean;
  /** Start a node that waits to be let in. */
  start(node: string): Promise<Newcomer>;
  /** It is a member now, and the ring at rest. */
  onJoined(node: string): void;
  /** Nobody writes to it alone any more; resolves when nothing is under way. */
  beforeGone(node: string): Promise<void>;
  /** End it for good. */
  retire(node: string): Promise<void>;
}

/** From when it is begun until it is decided, and from then until nothing is left to be moved. */
const DECIDED_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 120_000;
const QUESTION_TIMEOUT_MS = 5_000;
/** What a decision that was made though its answer got lost meets when it is made again. */
const DONE_ALREADY: ReadonlyMap<string, readonly string[]> = new Map([
  ['already-a-member', ['join']],
  ['not-a-member', ['leave', 'remove']],
]);

type Decision = { readonly [key: string]: Json };

export class RingChanger {
  readonly #options: RingChangerOptions;

  constructor(options: RingChangerOptions) {
    this.#options = options;
  }

  /** @returns what came of it; never throws what the store says. */
  async run(planned: PlannedChange): Promise<HappenedChange> {
    const { nowMs } = this.#options;
    const { change } = planned;
    const beganMs = nowMs();
    let decidedMs: number | undefined;
    let settledMs: number | undefined;
    try {
      await this.#decide(change, await this.#prepare(change));
      decidedMs = nowMs();
      if (change.kind === 'join') await this.#settled(change.node);
      else if (change.kind === 'replace') await this.#settled(change.by);
      else await this.#settled();
      settledMs = nowMs();
      if (change.kind === 'leave') await this.#options.retire(change.node);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      return { ...planned, beganMs, decidedMs, settledMs, failure: error.message };
    }
    return { ...planned, beganMs, decidedMs, settledMs };
  }

  /** @returns what is to be said of who joins, if anybody does. */
  async #prepare(change: RingChange): Promise<Newcomer | undefined> {
    const { start, beforeGone, retire } = this.#options;
    if (change.kind === 'leave' || change.kind === 'replace') await beforeGone(change.node);
    if (change.kind === 'replace') await retire(change.node);
    if (change.kind === 'join') return await start(change.node);
    return change.kind === 'replace' ? await start(change.by) : undefined;
  }

  async #decide(change: RingChange, newcomer: Newcomer | undefined): Promise<void> {
    let decisions = decisionsOf(change, newcomer);
    await this.#untilDone(`decide to ${describeChange(change)}`, DECIDED_WITHIN_MS, async (administration) => {
      const options = { timeoutMs: QUESTION_TIMEOUT_MS };
      try {
        // A machine that is gone is not known to be dead yet: the administrator knows better.
        const plan = await administration.order('cluster-plan', { decisions, force: true }, options);
        await administration.order('cluster-commit', fieldOf(plan, 'commit') ?? null, options);
      } catch (error) {
        const done = error instanceof QuorateError ? DONE_ALREADY.get(error.code) : undefined;
        if (done === undefined) throw error;
        decisions = decisions.filter(({ kind }) => !done.includes(`${kind}`));
        if (decisions.length > 0) throw error;
      }
    });
  }

  /** Until every member says that nothing is left to be moved, of one and the same history. */
  async #settled(newcomer?: string): Promise<void> {
    const { members, onJoined } = this.#options;
    await this.#untilDone('move what is to be moved', SETTLED_WITHIN_MS, async () => {
      const versions = new Set<Json | undefined>();
      for (const [name, { administration }] of members) {
        const status = await administration.ask('cluster', undefined, { timeoutMs: QUESTION_TIMEOUT_MS });
        const left = fieldOf(status, 'seatsLeft');
        if (left !== 0) throw notYet(`${name} says that ${String(left)} replicas are still to be moved`);
        versions.add(fieldOf(status, 'version'));
      }
      if (versions.size > 1) throw notYet('members know different histories');
    });
    if (newcomer !== undefined) onJoined(newcomer);
  }

  /** At one member after the other. @throws QuorateError the last refusal. */
  async #untilDone(
    what: string,
    limitMs: number,
    attempt: (administration: Quorate['administration']) => Promise<void>,
  ): Promise<void> {
    const { members, nowMs, pause, isInterrupted } = this.#options;
    const endMs = nowMs() + limitMs;
    for (let turn = 0; ; turn++) {
      const all = [...members.values()];
      const member = all[turn % all.length];
      try {
        if (member !== undefined) return await attempt(member.administration);
      } catch (error) {
        if (!(error instanceof QuorateError)) throw error;
        if (nowMs() > endMs || isInterrupted()) throw gaveUp(what, limitMs, error);
      }
      await pause();
    }
  }
}

function decisionsOf(change: RingChange, newcomer: Newcomer | undefined): readonly Decision[] {
  switch (change.kind) {
    case 'join':
      return [{ kind: 'join', node: change.node, ...newcomer }];
    case 'leave':
      return [{ kind: 'leave', node: change.node }];
    case 'replace':
      return [
        { kind: 'join', node: change.by, ...newcomer },
        { kind: 'remove', node: change.node },
      ];
    case 'weight':
      return [{ kind: 'weight', node: change.node, weight: change.weight }];
  }
}

function fieldOf(answer: Json, name: string): Json | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined;
  return (answer as { readonly [key: string]: Json })[name];
}

function notYet(message: string): QuorateError {
  return new QuorateError({ code: 'not-settled', message, outcome: 'not-applied', next: 'Wait.' });
}

function gaveUp(what: string, limitMs: number, { message }: QuorateError): QuorateError {
  return new QuorateError({
    code: 'change-failed',
    message: `could not ${what} within ${limitMs / 1_000} s: ${message}`,
    outcome: 'unknown',
    next: "See the nodes' logs in the drill's directory.",
  });
}
