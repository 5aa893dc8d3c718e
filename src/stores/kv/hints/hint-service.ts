/** The node service that stands in for others: takes their writes, tells of them, and hands them over. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json } from '../interface.ts';
import type { Explainer, Explanation } from '../service.ts';
import { HintDelivery } from './delivery.ts';
import type { DeliveryParts } from './delivery-parts.ts';
import { HintServer } from './hint-server.ts';

/** Counted of each target, at most: whoever asks wants to know whether there are few or many. */
const MOST_COUNTED = 1_000;

interface CommandOutcome {
  done(result: Json): void;
}

export class HintService {
  readonly #parts: DeliveryParts;
  readonly #delivery: HintDelivery;
  readonly frames: HintServer['frames'];
  readonly explainers: ReadonlyMap<string, Explainer>;
  readonly topics: ReadonlyMap<string, () => Json>;
  readonly commands: ReadonlyMap<string, (argument: Json | undefined, outcome: CommandOutcome) => void>;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#delivery = new HintDelivery(parts);
    this.frames = new HintServer(parts).frames;
    this.topics = new Map([['hints', () => this.#describe()]]);
    this.explainers = new Map([['hint', (argument) => this.#explain(argument)]]);
    this.commands = new Map([['redirect-hints', (argument, outcome) => this.#redirect(argument, outcome)]]);
  }

  /** @param argument - the name of a target; `undefined` for all */
  #explain(argument: Json | undefined): readonly Explanation[] {
    const { hints } = this.#parts;
    return [...hints.targets.keys()]
      .sort()
      .filter((target) => argument === undefined || argument === target)
      .map((target) => ({ target, ...hints.count(target, MOST_COUNTED) }))
      .filter((held) => held.hints > 0)
      .map(({ target, hints: count, more }) => ({
        what: `${count}${more ? ' or more' : ''} hints for ${target}`,
        waitsFor: this.#delivery.waitsFor(target),
        next: this.#nextFor(target),
      }));
  }

  #nextFor(target: string): string {
    const { nodeName } = this.#parts.topology;
    if (this.#delivery.waitsFor(target) === 'an administrator')
      return `They are from before deletions that ${target} has forgotten, and may bring deleted values back: if you do not need them, stop ${nodeName} and empty its directory.`;
    return this.#delivery.standingOf(target) === 'member' ? '' : `If ${target} will not come back, order redirect-hints for it.`;
  }

  start(): void {
    this.#delivery.start();
  }

  stop(): void {
    this.#delivery.stop();
  }

  #describe(): Json {
    const { hints } = this.#parts;
    const targets = [...hints.targets.keys()].sort().map((target) => {
      return { target, ...hints.count(target, MOST_COUNTED), waitsFor: this.#delivery.waitsFor(target) };
    });
    return {
      targets: targets.filter((target) => target.hints > 0),
      delivered: this.#delivery.delivered,
      damaged: hints.damaged,
    };
  }

  /** Hints for a node that nobody knows, and will not: to whoever are the homes of their keys. */
  #redirect(argument: Json | undefined, outcome: CommandOutcome): void {
    const target = typeof argument === 'object' && argument !== null && 'target' in argument ? argument['target'] : undefined;
    if (typeof target !== 'string') throw refused('names no target', 'Say which: {"target":"n7"}.');
    if (this.#delivery.standingOf(target) === 'member')
      throw refused(`names '${target}', which is a member of the cluster`, 'Remove the node from the cluster first.');
    const count = this.#parts.hints.count(target, MOST_COUNTED);
    this.#delivery.declareLeft(target);
    outcome.done({ target, ...count });
  }
}

function refused(problem: string, next: string): QuorateError {
  return new QuorateError({
    code: 'bad-request',
    message: `The order to redirect hints ${problem}.`,
    outcome: 'not-applied',
    next,
  });
}
