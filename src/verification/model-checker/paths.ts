/** Ways through a part of the graph of states. */
import { invariant } from '../../runtime/errors/index.ts';
import type { Entry } from './state-table.ts';
import type { Label, StepGraph } from './step-graph.ts';

export interface GraphStep {
  readonly target: Entry;
  readonly label: Label;
}

interface Way {
  readonly initial: Entry;
  readonly steps: readonly GraphStep[];
}

/** A shortest way inside `part` from one of `begins` to one of `goals`. */
export function pathThrough(graph: StepGraph, part: Uint8Array, begins: readonly Entry[], goals: ReadonlySet<Entry>): Way {
  const found = nearest(graph, part, begins, (target) => goals.has(target), true);
  invariant(found !== undefined, 'a state that was reached can be reached');
  return found;
}

/**
 * A cycle through `entrance` inside a fair component that is fair by itself: as short a one as going to the nearest of what is
 * still owed, again and again, makes it.
 */
export function fairCycle(graph: StepGraph, component: Int32Array, entrance: Entry): readonly GraphStep[] {
  const part = new Uint8Array(graph.size);
  for (const state of component) part[state] = 1;
  const steps: GraphStep[] = [];
  const account = new Account(graph);
  let at = entrance;
  const go = (way: Way) => {
    for (const step of way.steps) {
      steps.push(step);
      account.take(step);
      at = step.target;
    }
  };
  account.visit(entrance);
  const home = (target: Entry) => target === entrance;
  for (;;) {
    // The cycle as it would be if it were closed now: what its way home pays counts, and so do the states on it.
    const wayHome = steps.length > 0 && at === entrance ? { initial: at, steps: [] } : nearest(graph, part, [at], home, false);
    invariant(wayHome !== undefined, 'from everywhere in a component one comes back');
    const closed = account.copy();
    for (const step of wayHome.steps) closed.take(step);
    const owed = closed.owed();
    if (owed.size === 0) {
      go(wayHome);
      return steps;
    }
    const pays = (target: Entry, label: Label) => closed.isPaidBy(target, label, owed);
    const way = nearest(graph, part, [at], pays, false);
    invariant(way !== undefined, 'in a fair component every class is paid somewhere');
    go(way);
  }
}

/** What a cycle that is being made has taken, and where it could have. */
class Account {
  readonly #graph: StepGraph;
  /** Weak classes possible in every state so far; undefined before the first. */
  #always: ReadonlySet<string> | undefined;
  #possible = new Set<string>();
  #taken = new Set<string>();

  constructor(graph: StepGraph) {
    this.#graph = graph;
  }

  copy(): Account {
    const copy = new Account(this.#graph);
    copy.#always = this.#always;
    copy.#possible = new Set(this.#possible);
    copy.#taken = new Set(this.#taken);
    return copy;
  }

  visit(state: Entry): void {
    const { weak, strong } = classesAt(this.#graph, state);
    this.#always = this.#always === undefined ? weak : this.#always.intersection(weak);
    for (const name of strong) this.#possible.add(name);
  }

  take({ target, label }: GraphStep): void {
    if (label.weak !== undefined) this.#taken.add(`weak ${label.weak}`);
    if (label.strong !== undefined) this.#taken.add(`strong ${label.strong}`);
    this.visit(target);
  }

  /** Keys of the classes to which the cycle would not be fair. */
  owed(): Set<string> {
    const owed = new Set<string>();
    for (const name of this.#always ?? []) owed.add(`weak ${name}`);
    for (const name of this.#possible) owed.add(`strong ${name}`);
    return owed.difference(this.#taken);
  }

  isPaidBy(target: Entry, label: Label, owed: ReadonlySet<string>): boolean {
    if (label.weak !== undefined && owed.has(`weak ${label.weak}`)) return true;
    if (label.strong !== undefined && owed.has(`strong ${label.strong}`)) return true;
    const { weak } = classesAt(this.#graph, target);
    return [...(this.#always ?? [])].some((name) => owed.has(`weak ${name}`) && !weak.has(name));
  }
}

function classesAt(graph: StepGraph, state: Entry): { readonly weak: ReadonlySet<string>; readonly strong: ReadonlySet<string> } {
  const weak = new Set<string>();
  const strong = new Set<string>();
  for (const { label } of graph.steps(state)) {
    if (label.weak !== undefined) weak.add(label.weak);
    if (label.strong !== undefined) strong.add(label.strong);
  }
  return { weak, strong };
}

/** @param mayStay - whether one of `begins` can itself be the goal. */
function nearest(
  graph: StepGraph,
  part: Uint8Array,
  begins: readonly Entry[],
  isGoal: (target: Entry, label: Label) => boolean,
  mayStay: boolean,
): Way | undefined {
  const reached = new Map<Entry, { readonly before: Entry; readonly step: GraphStep } | undefined>();
  const queue: Entry[] = [];
  for (const state of begins) {
    if (mayStay && isGoal(state, { weak: undefined, strong: undefined })) return { initial: state, steps: [] };
    reached.set(state, undefined);
    queue.push(state);
  }
  for (let place = 0; place < queue.length; place++) {
    const state = queue[place] ?? 0;
    for (const { target, label } of graph.steps(state)) {
      if (target < 0 || part[target] !== 1) continue;
      const step = { target, label };
      if (isGoal(target, label)) return wayTo(reached, state, step);
      if (reached.has(target)) continue;
      reached.set(target, { before: state, step });
      queue.push(target);
    }
  }
  return undefined;
}

function wayTo(
  reached: ReadonlyMap<Entry, { readonly before: Entry; readonly step: GraphStep } | undefined>,
  state: Entry,
  last: GraphStep,
): Way {
  const steps = [last];
  let at = state;
  for (let by = reached.get(at); by !== undefined; by = reached.get(at)) {
    steps.unshift(by.step);
    at = by.before;
  }
  return { initial: at, steps };
}
