/** The program of one thread of a search: it has a frontier of its own, and shares the table of states with the others. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import { thisThread } from '../../../runtime/threads/index.ts';
import { Expansion, ModelThrew } from '../expansion.ts';
import { Frontier } from '../frontier.ts';
import type { Model } from '../model.ts';
import { StateTable } from '../state-table.ts';
import { StepRecorder } from '../step-graph.ts';
import type { Command, Parcel, Report, ThreadData, Thrown } from './messages.ts';
import { modelOf } from './recipe.ts';

class SearchThread {
  readonly #model: Model<unknown, unknown>;
  readonly #data: ThreadData;
  readonly #table: StateTable;
  readonly #frontier: Frontier<unknown>;
  readonly #recorder: StepRecorder<unknown> | undefined;
  readonly #expansion: Expansion<unknown, unknown>;

  constructor(model: Model<unknown, unknown>, data: ThreadData) {
    const { plan } = data;
    this.#model = model;
    this.#data = data;
    this.#table = new StateTable(data.table);
    this.#frontier = new Frontier(plan.order);
    this.#recorder = plan.isRecorded ? new StepRecorder(model.fairness) : undefined;
    this.#expansion = new Expansion({
      model,
      table: this.#table,
      frontier: this.#frontier,
      isReduced: plan.isReduced,
      depthMaximum: plan.depthMaximum,
      takesUpAgain: false,
      recorder: this.#recorder,
    });
  }

  obey(command: Command): Report {
    let isFull = false;
    let given: readonly Parcel[] | undefined;
    if (command.kind === 'begin') this.#expansion.begin();
    else if (command.kind === 'search') {
      if (command.table !== undefined) this.#table.use(command.table);
      isFull = !this.#search(command.expansions);
    } else if (command.kind === 'descend') this.#descend();
    else if (command.kind === 'give') given = this.#give(command.count);
    else if (command.kind === 'take') this.#take(command.parcels);
    const report = this.#report(isFull);
    if (given !== undefined) return { ...report, parcels: given };
    if (command.kind === 'finish' && this.#recorder !== undefined) return { ...report, recorded: this.#recorder.recorded() };
    return report;
  }

  /** @returns false if the table is full. */
  #search(expansions: number): boolean {
    for (let left = expansions; left > 0; left--) {
      const waiting = this.#frontier.take();
      if (waiting === undefined) return true;
      if (this.#expansion.expand(waiting)) continue;
      this.#frontier.putBack(waiting);
      return false;
    }
    return true;
  }

  #descend(): void {
    if (this.#data.plan.order === 'breadth-first') this.#frontier.descend();
  }

  #give(count: number): Parcel[] {
    const { transport } = this.#model;
    return this.#frontier.give(count).map(({ state, entry }) => ({ state: transport?.pack(state) ?? state, entry }));
  }

  #take(parcels: readonly Parcel[]): void {
    const { transport } = this.#model;
    this.#frontier.receive(
      parcels.map(({ state, entry }) => ({ state: transport === undefined ? state : transport.unpack(state), entry })),
    );
  }

  #report(isFull: boolean): Report {
    const { counts, found } = this.#expansion;
    return { left: this.#frontier.length, next: this.#frontier.nextLength, isFull, counts, found };
  }
}

const NOTHING: Report = {
  left: 0,
  next: 0,
  isFull: false,
  counts: { generated: 0, ends: 0, beyondBounds: 0, atDepthMaximum: 0, reduced: 0, depth: 0 },
  found: [],
};

function thrownBy(error: unknown): Thrown {
  const cause = error instanceof ModelThrew ? error.cause : error;
  return {
    at: error instanceof ModelThrew ? { what: error.what, entry: error.entry } : undefined,
    description: cause instanceof QuorateError ? cause.describe() : undefined,
    message: cause instanceof Error ? cause.message : String(cause),
    stack: cause instanceof Error ? cause.stack : undefined,
  };
}

const parent = thisThread();
// The one who started this thread runs the same program.
const data = parent.data as ThreadData;
const thread = modelOf(data.recipe).then((model) => new SearchThread(model, data));
parent.onMessage((command) => {
  void thread
    .then((search) => search.obey(command as Command))
    .catch((error: unknown): Report => ({ ...NOTHING, threw: thrownBy(error) }))
    .then((report) => parent.post(report));
});
