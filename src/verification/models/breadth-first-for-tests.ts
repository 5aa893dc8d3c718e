/** A search that is small enough to be seen through: breadth first, every state kept whole. Independent of the product's checker. */
import type { Model } from '../model-checker/index.ts';
import { textOf } from '../plain-data/index.ts';

export interface Found {
  readonly states: number;
  /** The first `always` property that failed, with the shortest trace to it. */
  readonly violated: { readonly property: string; readonly trace: readonly string[] } | undefined;
  /** The `sometimes` properties that held nowhere. */
  readonly unreached: readonly string[];
  /** How many states have no step. */
  readonly ends: number;
}

export function breadthFirst<State, Action>(
  model: Model<State, Action>,
  atEnd: (state: State) => void = () => {},
  depthMaximum = Number.POSITIVE_INFINITY,
): Found {
  interface Reached {
    readonly state: State;
    readonly by: string | undefined;
    readonly before: Reached | undefined;
    readonly depth: number;
  }
  const seen = new Set<string>();
  const queue: Reached[] = [];
  const unreached = new Set(model.properties.filter(({ kind }) => kind === 'sometimes').map(({ name }) => name));
  let ends = 0;
  let violated: Found['violated'];
  const reach = (state: State, by: string | undefined, before: Reached | undefined) => {
    const text = textOf(model.transport?.pack(state) ?? state);
    if (seen.has(text) || model.withinBounds?.(state) === false) return;
    seen.add(text);
    const reached = { state, by, before, depth: (before?.depth ?? -1) + 1 };
    queue.push(reached);
    for (const property of model.properties) {
      if (property.kind === 'sometimes' && property.holds(state)) unreached.delete(property.name);
      if (property.kind === 'always' && !property.holds(state)) violated ??= { property: property.name, trace: traceTo(reached) };
    }
  };
  const traceTo = (last: Reached) => {
    const trace: string[] = [];
    for (let at: Reached | undefined = last; at?.by !== undefined; at = at.before) trace.unshift(at.by);
    return trace;
  };
  for (const state of model.initialStates()) reach(state, undefined, undefined);
  for (let head = 0; head < queue.length && violated === undefined; head++) {
    const from = queue[head];
    if (from === undefined) break;
    if (from.depth >= depthMaximum) break;
    let steps = 0;
    for (const action of model.actions(from.state)) {
      const state = model.next(from.state, action);
      if (state === undefined) continue;
      steps++;
      reach(state, model.describeAction(action), from);
    }
    if (steps === 0) {
      ends++;
      atEnd(from.state);
    }
  }
  return { states: seen.size, violated, unreached: [...unreached], ends };
}
