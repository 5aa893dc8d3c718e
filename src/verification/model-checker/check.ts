/** A search in the calling thread. */
import { Expansion, ModelThrew } from './expansion.ts';
import { Frontier } from './frontier.ts';
import type { Model } from './model.ts';
import type { Bound, CheckResult } from './result.ts';
import { hasViolation, type Plan, type Progress, planOf, resultOf, type SearchOptions, withRun } from './search.ts';
import { StateTable } from './state-table.ts';
import { StepRecorder } from './step-graph.ts';

/**
 * Search all of it.
 * @throws QuorateError `impossible-model`, `nondeterministic-model`, `argument-changed`, `not-plain-data`, `property-threw` or
 *   `step-threw`, if the model cannot be checked.
 */
export function check<State, Action>(model: Model<State, Action>, options: SearchOptions = {}): CheckResult<State, Action> {
  const search = new Check(model, options);
  while (search.advance(Number.POSITIVE_INFINITY));
  return search.result();
}

/** A search that its caller drives: in pieces, with time to tell how far it has come. */
export class Check<State, Action> {
  readonly #model: Model<State, Action>;
  readonly #plan: Plan;
  readonly #table = new StateTable();
  readonly #frontier: Frontier<State>;
  readonly #expansion: Expansion<State, Action>;
  readonly #recorder: StepRecorder<Action> | undefined;
  #stopped: Bound | undefined;

  constructor(model: Model<State, Action>, options: SearchOptions = {}) {
    const plan = planOf(model as Model<unknown, unknown>, options);
    this.#model = model;
    this.#plan = plan;
    this.#frontier = new Frontier(plan.order);
    this.#recorder = plan.isRecorded ? new StepRecorder(model.fairness) : undefined;
    this.#expansion = new Expansion({
      model,
      table: this.#table,
      frontier: this.#frontier,
      isReduced: plan.isReduced,
      depthMaximum: plan.depthMaximum,
      takesUpAgain: plan.order === 'depth-first' && Number.isFinite(plan.depthMaximum),
      recorder: this.#recorder,
    });
    this.#guarded(() => this.#expansion.begin());
    if (plan.order === 'breadth-first') this.#frontier.descend();
  }

  /** @param expansions - how many states to leave at most. @returns whether there is more to do. */
  advance(expansions: number): boolean {
    return this.#guarded(() => {
      for (let left = expansions; left > 0; left--) {
        if (this.#stopped !== undefined || hasViolation(this.#model.properties, this.#expansion.found)) return false;
        if (this.#table.size >= this.#plan.statesMaximum) {
          this.#stopped = 'states';
          return false;
        }
        if (this.#frontier.length === 0 && this.#plan.order === 'breadth-first') this.#frontier.descend();
        const waiting = this.#frontier.take();
        if (waiting === undefined) return false;
        while (!this.#expansion.expand(waiting)) this.#table.grow();
      }
      return true;
    });
  }

  stop(why: 'time' | 'interrupted'): void {
    this.#stopped = why;
  }

  progress(): Progress {
    const { generated, depth } = this.#expansion.counts;
    return { states: this.#table.size, generated, depth, waiting: this.#frontier.length + this.#frontier.nextLength };
  }

  result(): CheckResult<State, Action> {
    const { found, counts } = this.#expansion;
    const recorded = this.#recorder === undefined ? [] : [this.#recorder.recorded()];
    return resultOf({
      model: this.#model,
      plan: this.#plan,
      threads: 1,
      table: this.#table,
      found,
      counts,
      stopped: this.#stopped,
      recorded,
    });
  }

  #guarded<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ModelThrew)) throw error;
      throw withRun({ model: this.#model, table: this.#table, isReduced: this.#plan.isReduced }, error);
    }
  }
}
