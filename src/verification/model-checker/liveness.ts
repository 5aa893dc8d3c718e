/**
 * Properties of whole runs: "eventually", and termination.
 *
 * A run violates "eventually P" if it never comes to a state with P and either ends, or goes on for ever in a fair way. So only
 * states without P that can be reached through states without P matter; among them an end, or a fair cycle, is searched for. What
 * is returned is a real run: a path, and a cycle that keeps to the fairness by its own steps.
 */
import { fairComponents } from './fairness.ts';
import { fairCycle, type GraphStep, pathThrough } from './paths.ts';
import type { Entry } from './state-table.ts';
import { ENDS, type StepGraph } from './step-graph.ts';

export interface ViolatingRun {
  readonly initial: Entry;
  readonly steps: readonly GraphStep[];
  /** After how many steps the cycle begins that the rest of the steps is; undefined for a run that ends. */
  readonly loopsTo: number | undefined;
}

/** @param bit - of the marks: that the property holds in the state. @returns a run on which it holds nowhere, if there is one. */
export function violatingRun(graph: StepGraph, initial: readonly Entry[], bit: number): ViolatingRun | undefined {
  const without = new Uint8Array(graph.size);
  for (let state = 0; state < graph.size; state++) without[state] = ((graph.marks[state] ?? 0) & bit) === 0 ? 1 : 0;
  const reached = reachable(graph, initial, without);
  const end = reached.find((state) => ((graph.marks[state] ?? 0) & ENDS) !== 0);
  const part = new Uint8Array(graph.size);
  for (const state of reached) part[state] = 1;
  const begins = initial.filter((state) => part[state] === 1);
  if (end !== undefined) return { ...pathThrough(graph, part, begins, new Set([end])), loopsTo: undefined };
  const components = fairComponents(graph, part);
  if (components.length === 0) return undefined;
  // The component whose nearest state is met first, to keep the way there short.
  const places = new Map(reached.map((state, place) => [state, place]));
  const nearest = components
    .map((component) => ({
      component,
      place: component.reduce((least, state) => Math.min(least, places.get(state) ?? least), Number.POSITIVE_INFINITY),
    }))
    .reduce((best, other) => (other.place < best.place ? other : best));
  const entrance = reached[nearest.place];
  if (entrance === undefined) return undefined;
  const way = pathThrough(graph, part, begins, new Set([entrance]));
  const cycle = fairCycle(graph, nearest.component, entrance);
  return { initial: way.initial, steps: [...way.steps, ...cycle], loopsTo: way.steps.length };
}

/** Breadth first, so that the first of several is among the nearest. */
function reachable(graph: StepGraph, initial: readonly Entry[], within: Uint8Array): Entry[] {
  const seen = new Uint8Array(graph.size);
  const reached: Entry[] = [];
  const meet = (state: Entry) => {
    if (state < 0 || within[state] !== 1 || seen[state] === 1) return;
    seen[state] = 1;
    reached.push(state);
  };
  for (const state of initial) meet(state);
  for (let place = 0; place < reached.length; place++) {
    const state = reached[place] ?? 0;
    for (let edge = graph.firstEdge[state] ?? 0; edge < (graph.firstEdge[state + 1] ?? 0); edge++)
      meet(graph.targets[edge] ?? -1);
  }
  return reached;
}
