/**
 * Which cycles a fair run may go through for ever.
 *
 * A component is fair to a weak class if one of its states has no step of the class, or one of its own steps is of it: a run through
 * all of the component satisfies it then; and if it is not, then no part of the component is. A strong class needs a step of it
 * inside, or no state at all that has one: what is left when those states are taken away may still be fair (Emerson and Lei,
 * "Modalities for model checking", 1987; Lichtenstein and Pnueli, POPL 1985).
 */
import type { StepGraph } from './step-graph.ts';
import { cyclicComponents } from './strongly-connected.ts';

/** What a run through a component owes. */
export interface Obligations {
  readonly weak: ReadonlySet<string>;
  readonly strong: ReadonlySet<string>;
}

/** @param contains - 1 for each state of the part that is searched; not changed. @returns the components, each fair as a whole. */
export function fairComponents(graph: StepGraph, contains: Uint8Array): Int32Array[] {
  const fair: Int32Array[] = [];
  const waiting = cyclicComponents(graph, contains);
  for (let component = waiting.pop(); component !== undefined; component = waiting.pop()) {
    const unmet = unmetBy(graph, component);
    if (unmet.weak.size > 0) continue;
    if (unmet.strong.size === 0) {
      fair.push(component);
      continue;
    }
    const rest = new Uint8Array(graph.size);
    for (const state of component) if (!hasStepOf(graph, state, unmet.strong)) rest[state] = 1;
    waiting.push(...cyclicComponents(graph, rest));
  }
  return fair;
}

/** The classes to which a run that visits exactly these states, and takes any of the steps between them, is not fair. */
function unmetBy(graph: StepGraph, component: Int32Array): Obligations {
  const inside = new Set(component);
  const taken = { weak: new Set<string>(), strong: new Set<string>() };
  const possible = new Set<string>();
  let always: Set<string> | undefined;
  for (const state of component) {
    const here = new Set<string>();
    for (const { target, label } of graph.steps(state)) {
      if (label.weak !== undefined) here.add(label.weak);
      if (label.strong !== undefined) possible.add(label.strong);
      if (!inside.has(target)) continue;
      if (label.weak !== undefined) taken.weak.add(label.weak);
      if (label.strong !== undefined) taken.strong.add(label.strong);
    }
    always = always === undefined ? here : always.intersection(here);
  }
  return { weak: (always ?? new Set<string>()).difference(taken.weak), strong: possible.difference(taken.strong) };
}

function hasStepOf(graph: StepGraph, state: number, strong: ReadonlySet<string>): boolean {
  for (const { label } of graph.steps(state)) if (label.strong !== undefined && strong.has(label.strong)) return true;
  return false;
}
