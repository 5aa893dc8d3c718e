import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { distances, type Edge, type Graph, graphModel, graphs, isEnd } from './graph-model-for-tests.ts';
import type { Trace } from './model.ts';

const orders = ['breadth-first', 'depth-first'] as const;
const everywhere = () => true;

/** @throws if it is no run of the graph. */
function assertIsRun(graph: Graph, run: Trace<number, Edge>): void {
  expect(graph.initial).toContain(run.initial);
  let at = run.initial;
  for (const { action, state } of run.steps) {
    expect(graph.edges).toContain(action);
    expect([action.from, action.to]).toEqual([at, state]);
    at = state;
  }
}

describe.each(orders)('a search %s', (order) => {
  test('meets every state that can be reached once, and no other', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const reached = distances(graph, everywhere);
        const model = graphModel(
          { ...graph, holding: new Set(Array.from({ length: graph.size }, (_nothing, state) => state)) },
          'always',
        );
        const result = check(model, { order });
        expect(result).toMatchObject({ verdict: 'holds', states: reached.size, bounds: [] });
        expect(result.ends).toBe([...reached.keys()].filter((state) => isEnd(graph, state)).length);
        if (order === 'breadth-first') expect(result.depth).toBe(Math.max(...reached.values()));
      }),
    );
  });

  test.each(['always', 'sometimes', 'at-end'] as const)('decides "%s" as one who looks at every state', (kind) => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const reached = distances(graph, everywhere);
        const decisive = [...reached].filter(([state]) => {
          if (kind === 'always') return !graph.holding.has(state);
          return kind === 'sometimes' ? graph.holding.has(state) : isEnd(graph, state) && !graph.holding.has(state);
        });
        const [finding] = check(graphModel(graph, kind), { order }).findings;
        const expected = { always: 'violated', sometimes: 'holds', 'at-end': 'violated' }[kind];
        const otherwise = { always: 'holds', sometimes: 'unreached', 'at-end': 'holds' }[kind];
        expect(finding?.verdict).toBe(decisive.length > 0 ? expected : otherwise);
        if (decisive.length === 0 || finding === undefined || !('run' in finding) || finding.run === undefined) return;
        assertIsRun(graph, finding.run);
        const last = finding.run.steps.at(-1)?.state ?? finding.run.initial;
        expect(decisive.map(([state]) => state)).toContain(last);
        const shortest = Math.min(...decisive.map(([, depth]) => depth));
        if (order === 'breadth-first') expect(finding.run.steps).toHaveLength(shortest);
      }),
    );
  });

  test('that is bounded says so, and claims no more than it saw', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 6 }), (graph, depthMaximum) => {
        const reached = distances(graph, everywhere);
        const within = [...reached].filter(([, depth]) => depth <= depthMaximum);
        const holding = new Set(within.map(([state]) => state));
        const result = check(graphModel({ ...graph, holding }, 'always'), { order, depthMaximum });
        expect(result.states).toBe(within.length);
        const isCut = within.some(([, depth]) => depth === depthMaximum);
        expect(result.verdict).toBe(isCut ? 'bounded' : 'holds');
        expect(result.bounds).toEqual(isCut ? ['depth'] : []);
      }),
    );
  });
});

test('a search stops after so many states', () => {
  const edges = Array.from({ length: 100 }, (_nothing, from) => ({ from, to: from + 1, weak: undefined, strong: undefined }));
  const graph = { size: 101, initial: [0], edges, holding: new Set<number>() };
  const result = check(graphModel(graph, 'sometimes'), { statesMaximum: 10 });
  expect(result).toMatchObject({ verdict: 'bounded', bounds: ['states'], states: 10 });
  expect(result.findings[0]?.verdict).toBe('undecided');
});

test('a state out of the bounds of the model is neither judged nor left, and that is said', () => {
  const edges = Array.from({ length: 9 }, (_nothing, from) => ({ from, to: from + 1, weak: undefined, strong: undefined }));
  const graph = { size: 10, initial: [0], edges, holding: new Set([0, 1, 2, 3, 4]) };
  const model = { ...graphModel(graph, 'always'), withinBounds: (state: number) => state < 5 };
  expect(check(model)).toMatchObject({ verdict: 'bounded', bounds: ['model'], states: 5, ends: 0 });
});

test('more states than the table has room for at first', () => {
  const size = 50_000;
  const model = {
    ...graphModel({ size, initial: [0], edges: [], holding: new Set() }, 'at-end'),
    actions: (state: number) =>
      [2 * state + 1, 2 * state + 2]
        .filter((to) => to < size)
        .map((to) => ({ from: state, to, weak: undefined, strong: undefined })),
  };
  for (const order of orders) {
    const result = check(
      { ...model, properties: [{ kind: 'always' as const, name: 'small', holds: (state) => state < size }] },
      { order },
    );
    expect(result).toMatchObject({ states: size, generated: size, verdict: 'holds' });
  }
});
