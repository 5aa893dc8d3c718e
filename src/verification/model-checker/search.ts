/** What a search is told, and what its parts have in common however many threads it has. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { propertyThrew, stepThrew } from './errors.ts';
import { type Counts, type Found, judged, type ModelThrew } from './expansion.ts';
import type { Order } from './frontier.ts';
import { violatingRun } from './liveness.ts';
import type { Model, Property } from './model.ts';
import { type Retraced, runOfGraph, runTo } from './replay.ts';
import { type Bound, type CheckResult, collisionOdds, type Finding, verdictOf } from './result.ts';
import { type Entry, NO_ENTRY, type StateTable } from './state-table.ts';
import { type RecordedSteps, StepGraph } from './step-graph.ts';

export interface SearchOptions {
  /** Default `breadth-first`, which finds a shortest run to a violation. */
  readonly order?: Order;
  /** Whether to use the reductions that the model has. Default true. */
  readonly reductions?: boolean;
  /** Judge states only, no infinite runs: `eventually` and `terminates` are left out, and reductions are not held back by them. */
  readonly statesOnly?: boolean;
  /** Leave no state that is so many steps from the beginning. 0 or more; default without end. */
  readonly depthMaximum?: number;
  /** Stop once so many states were met. 1 or more; default without end. */
  readonly statesMaximum?: number;
}

export interface Progress {
  readonly states: number;
  readonly generated: number;
  readonly depth: number;
  /** States met and not yet left. */
  readonly waiting: number;
}

/** What is decided before a search begins. */
export interface Plan {
  readonly order: Order;
  readonly isReduced: boolean;
  readonly reductions: CheckResult<unknown, unknown>['reductions'];
  readonly depthMaximum: number;
  readonly statesMaximum: number;
  /** Steps are recorded if there are properties of infinite runs. */
  readonly isRecorded: boolean;
}

const PROPERTIES_OF_RUNS_MAXIMUM = 29;

export function planOf(model: Model<unknown, unknown>, options: SearchOptions): Plan {
  const { order = 'breadth-first', reductions = true, statesOnly = false } = options;
  const { depthMaximum = Number.POSITIVE_INFINITY, statesMaximum = Number.POSITIVE_INFINITY } = options;
  const ofRuns = model.properties.filter(({ kind }) => kind === 'eventually' || kind === 'terminates').length;
  if (ofRuns > PROPERTIES_OF_RUNS_MAXIMUM)
    throw impossible(`${ofRuns} properties of whole runs are more than ${PROPERTIES_OF_RUNS_MAXIMUM}`);
  if (model.properties.length === 0) throw impossible('it has no property: there is nothing to check');
  if (model.initialStates().length === 0) throw impossible('it has no initial state');
  const has = [
    ...(model.representative === undefined ? [] : ['symmetry' as const]),
    ...(model.independence === undefined ? [] : ['partial-order' as const]),
  ];
  if (statesOnly && ofRuns === model.properties.length) throw impossible('it has no property of states');
  const isRecorded = ofRuns > 0 && !statesOnly;
  const isReduced = reductions && has.length > 0 && !isRecorded;
  const worked = !reductions ? 'off' : has.length > 0 && isRecorded ? 'held-back' : has;
  return { order, isReduced, reductions: worked, depthMaximum, statesMaximum, isRecorded };
}

export function impossible(what: string): QuorateError {
  return new QuorateError({
    code: 'impossible-model',
    message: `The model cannot be checked: ${what}.`,
    outcome: 'not-applied',
    next: 'Correct the model or its options.',
  });
}

export interface Searched<State, Action> {
  readonly model: Model<State, Action>;
  readonly plan: Plan;
  readonly threads: number;
  readonly table: StateTable;
  readonly found: readonly Found[];
  readonly counts: Counts;
  /** Why it stopped before there was nothing left, if so. */
  readonly stopped: Bound | undefined;
  readonly recorded: readonly RecordedSteps[];
}

export function resultOf<State, Action>(searched: Searched<State, Action>): CheckResult<State, Action> {
  const { model, plan, threads, table, counts, stopped } = searched;
  const bounds: Bound[] = stopped === undefined ? [] : [stopped];
  if (counts.atDepthMaximum > 0) bounds.push('depth');
  if (counts.beyondBounds > 0) bounds.push('model');
  const findings = findingsOf(searched, bounds);
  return {
    model: model.name,
    order: plan.order,
    threads,
    verdict: verdictOf(findings, bounds),
    findings,
    bounds,
    states: table.size,
    generated: counts.generated,
    depth: counts.depth,
    ends: counts.ends,
    reductions: plan.reductions,
    collisionOdds: collisionOdds(table.size),
  };
}

function findingsOf<State, Action>(searched: Searched<State, Action>, bounds: readonly Bound[]): Finding<State, Action>[] {
  const { model, table, plan, found, recorded } = searched;
  const retraced: Retraced<State, Action> = { model, table, isReduced: plan.isReduced };
  // A violation ends the search: what was not decided until then stays so.
  const isComplete = bounds.length === 0 && !hasViolation(model.properties, found);
  const graph = plan.isRecorded && !hasViolation(model.properties, found) ? new StepGraph(table.size, recorded) : undefined;
  const initial = graph === undefined ? [] : initialEntries(table);
  const told = judged(model.properties).filter(({ bit }) => bit === 0 || plan.isRecorded);
  return told.map(({ property, number, bit }): Finding<State, Action> => {
    const named = { property: property.name, kind: property.kind };
    const decisive = nearestOf(found, number, table);
    if (decisive !== undefined) {
      const verdict = property.kind === 'sometimes' ? 'holds' : 'violated';
      return { ...named, verdict, run: runTo(retraced, decisive) };
    }
    if (bit !== 0 && graph !== undefined) {
      const run = violatingRun(graph, initial, bit);
      if (run !== undefined) return { ...named, verdict: 'violated', run: runOfGraph(retraced, run) };
    }
    if (!isComplete) return { ...named, verdict: 'undecided' };
    return property.kind === 'sometimes' ? { ...named, verdict: 'unreached' } : { ...named, verdict: 'holds' };
  });
}

/** Threads may each have found a state that decides a property: the one with the shortest way is told. */
function nearestOf(found: readonly Found[], property: number, table: StateTable): Entry | undefined {
  const entries = found.filter((one) => one.property === property).map(({ entry }) => entry);
  return entries.sort((one, other) => table.depth(one) - table.depth(other))[0];
}

export function hasViolation(properties: readonly Pick<Property<unknown>, 'kind'>[], found: readonly Found[]): boolean {
  return found.some(({ property }) => properties[property]?.kind !== 'sometimes');
}

function initialEntries(table: StateTable): Entry[] {
  const entries: Entry[] = [];
  for (let entry = 0; entry < table.size; entry++) if (table.from(entry) === NO_ENTRY) entries.push(entry);
  return entries;
}

/** Tell what the model threw with the run that leads there. */
export function withRun<State, Action>(retraced: Retraced<State, Action>, thrown: ModelThrew): QuorateError {
  // Of one's own faults, such as data without content, the cause says it all.
  if (thrown.cause instanceof QuorateError) return thrown.cause;
  const run = runTo(retraced, thrown.entry).steps.map(({ action }) => retraced.model.describeAction(action));
  const { what } = thrown;
  return 'property' in what ? propertyThrew(what.property, run, thrown.cause) : stepThrew(what.step, run, thrown.cause);
}
