import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { distances, type Edge, type Graph, graphModel, graphs, isEnd } from './graph-model-for-tests.ts';
import type { Trace } from './model.ts';

type Classes = 'weak' | 'strong';

/** Whether a run that visits these states for ever, by these edges, is fair: the definition, word by word. */
function isFair(graph: Graph, states: readonly number[], taken: readonly Edge[]): boolean {
  const enabled = (state: number, kind: Classes, name: string) =>
    graph.edges.some((edge) => edge.from === state && edge[kind] === name);
  return ['a', 'b'].every((name) => {
    const isTaken = (kind: Classes) => taken.some((edge) => edge[kind] === name);
    const weak = isTaken('weak') || states.some((state) => !enabled(state, 'weak', name));
    const strong = isTaken('strong') || states.every((state) => !enabled(state, 'strong', name));
    return weak && strong;
  });
}

/** Every set of states that a run could visit for ever is tried, without a thought. */
function hasFairCycle(graph: Graph, within: ReadonlySet<number>): boolean {
  const candidates = [...within];
  for (let choice = 1; choice < 1 << candidates.length; choice++) {
    const states = candidates.filter((_state, place) => (choice & (1 << place)) !== 0);
    const edges = graph.edges.filter(({ from, to }) => states.includes(from) && states.includes(to));
    if (isConnected(states, edges) && isFair(graph, states, edges)) return true;
  }
  return false;
}

/** Whether from each state one comes to each, itself included, by one edge or more. */
function isConnected(states: readonly number[], edges: readonly Edge[]): boolean {
  return states.every((begin) => {
    const seen = new Set<number>();
    let level = [begin];
    while (level.length > 0) {
      level = edges.filter(({ from, to }) => level.includes(from) && !seen.has(to)).map(({ to }) => to);
      for (const state of level) seen.add(state);
    }
    return states.every((state) => seen.has(state));
  });
}

function assertBreaks(graph: Graph, isGood: (state: number) => boolean, run: Trace<number, Edge>): void {
  const states = [run.initial, ...run.steps.map(({ state }) => state)];
  expect(graph.initial).toContain(run.initial);
  run.steps.forEach(({ action }, place) => {
    expect(graph.edges).toContain(action);
    expect([action.from, action.to]).toEqual([states[place], states[place + 1]]);
  });
  expect(states.some(isGood)).toBe(false);
  const last = states.at(-1) ?? run.initial;
  if (run.loopsTo === undefined) expect(isEnd(graph, last)).toBe(true);
  else {
    expect(states[run.loopsTo]).toBe(last);
    expect(run.loopsTo).toBeLessThan(run.steps.length);
    const loop = run.steps.slice(run.loopsTo);
    const visited = loop.map(({ state }) => state);
    const taken = loop.map(({ action }) => action);
    expect(isFair(graph, visited, taken)).toBe(true);
  }
}

describe.each(['breadth-first', 'depth-first'] as const)('searched %s', (order) => {
  test('"eventually" is violated just if a run that ends, or a fair infinite one, never comes there; and that run is shown', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const without = new Set(distances(graph, (state) => !graph.holding.has(state)).keys());
        const isViolated = [...without].some((state) => isEnd(graph, state)) || hasFairCycle(graph, without);
        const [finding] = check(graphModel(graph, 'eventually'), { order }).findings;
        expect(finding?.verdict).toBe(isViolated ? 'violated' : 'holds');
        if (finding?.verdict === 'violated') assertBreaks(graph, (state) => graph.holding.has(state), finding.run);
      }),
      { numRuns: 2_000 },
    );
  });

  test('"terminates" is violated just if there is a fair infinite run; and it is shown', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const reached = new Set(distances(graph, () => true).keys());
        const [finding] = check(graphModel(graph, 'terminates'), { order }).findings;
        expect(finding?.verdict).toBe(hasFairCycle(graph, reached) ? 'violated' : 'holds');
        if (finding?.verdict !== 'violated') return;
        expect(finding.run.loopsTo).toBeDefined();
        assertBreaks(graph, () => false, finding.run);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('where paths join again, what was seen on one of them does not count for the other', () => {
  // A search that keeps only one way to each state misses it: 0 -> 1 -> 3 and 0 -> 2 -> 3, and only 1 is good.
  const edge = (from: number, to: number): Edge => ({ from, to, weak: undefined, strong: undefined });
  const graph = { size: 4, initial: [0], edges: [edge(0, 1), edge(0, 2), edge(1, 3), edge(2, 3)], holding: new Set([1]) };
  const [finding] = check(graphModel(graph, 'eventually')).findings;
  expect(finding).toMatchObject({ verdict: 'violated', run: { steps: [{ state: 2 }, { state: 3 }] } });
});
