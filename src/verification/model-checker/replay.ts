/** Runs made again from the fingerprints they left: a search keeps no states and no actions. */
import { invariant } from '../../runtime/errors/index.ts';
import { fingerprintOfState } from './expansion.ts';
import type { ViolatingRun } from './liveness.ts';
import type { Model, Trace } from './model.ts';
import { type Entry, NO_ENTRY, type StateTable } from './state-table.ts';
import type { Label } from './step-graph.ts';

/** What must be known to find each step of a run again. */
export interface Retraced<State, Action> {
  readonly model: Model<State, Action>;
  readonly table: StateTable;
  readonly isReduced: boolean;
}

/** The way on which the search came to a state: a shortest one, breadth first. */
export function runTo<State, Action>(retraced: Retraced<State, Action>, entry: Entry): Trace<State, Action> {
  const entries = [entry];
  for (let at = retraced.table.from(entry); at !== NO_ENTRY; at = retraced.table.from(at)) entries.unshift(at);
  const [initial = entry, ...rest] = entries;
  return follow(retraced, initial, rest);
}

export function runOfGraph<State, Action>(retraced: Retraced<State, Action>, run: ViolatingRun): Trace<State, Action> {
  const { initial, steps, loopsTo } = run;
  const trace = follow(
    retraced,
    initial,
    steps.map(({ target }) => target),
    steps.map(({ label }) => label),
  );
  return loopsTo === undefined ? trace : { ...trace, loopsTo };
}

function follow<State, Action>(
  { model, table, isReduced }: Retraced<State, Action>,
  initialEntry: Entry,
  entries: readonly Entry[],
  labels?: readonly Label[],
): Trace<State, Action> {
  const fingerprint = { low: 0, high: 0 };
  const isAt = (state: State, entry: Entry) => {
    fingerprintOfState(model, state, isReduced, fingerprint);
    return table.isAt(entry, fingerprint.low, fingerprint.high);
  };
  const { fairness } = model;
  const initial = model.initialStates().find((state) => isAt(state, initialEntry));
  invariant(initial !== undefined, 'a run begins in an initial state');
  const steps: { readonly action: Action; readonly state: State }[] = [];
  let state = initial;
  entries.forEach((entry, place) => {
    const label = labels?.[place];
    for (const action of model.actions(state)) {
      if (label !== undefined && (fairness?.weak?.(action) !== label.weak || fairness?.strong?.(action) !== label.strong))
        continue;
      const next = model.next(state, action);
      if (next === undefined || !isAt(next, entry)) continue;
      steps.push({ action, state: next });
      state = next;
      return;
    }
    invariant(false, 'every step of a run that was searched can be done again');
  });
  return { initial, steps };
}
