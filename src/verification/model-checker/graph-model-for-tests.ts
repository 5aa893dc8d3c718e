/** Models that are given as a graph, to compare the search with what one can see by trying everything. */
import fc from 'fast-check';
import type { Model, Property } from './model.ts';

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly weak: string | undefined;
  readonly strong: string | undefined;
}

export interface Graph {
  readonly size: number;
  readonly initial: readonly number[];
  readonly edges: readonly Edge[];
  /** States in which the property holds. */
  readonly holding: ReadonlySet<number>;
}

export function graphModel(graph: Graph, kind: Property<number>['kind']): Model<number, Edge> {
  const holds = (state: number) => graph.holding.has(state);
  return {
    name: 'graph',
    initialStates: () => graph.initial,
    actions: (state) => graph.edges.filter(({ from }) => from === state),
    next: (_state, { to }) => to,
    properties: [kind === 'terminates' ? { kind, name: 'P' } : { kind, name: 'P', holds }],
    fairness: { weak: ({ weak }) => weak, strong: ({ strong }) => strong },
    describeAction: ({ from, to }) => `${from} -> ${to}`,
    describeState: String,
  };
}

const STATES_MAXIMUM = 7;

/** Small enough that every set of states can be tried. */
export const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: STATES_MAXIMUM }).chain((size) => {
  const state = fc.integer({ min: 0, max: size - 1 });
  const classes = fc.constantFrom(undefined, undefined, 'a', 'b');
  return fc.record({
    size: fc.constant(size),
    initial: fc.uniqueArray(state, { minLength: 1, maxLength: 2 }),
    edges: fc.array(fc.record({ from: state, to: state, weak: classes, strong: classes }), { maxLength: 12 }),
    holding: fc.uniqueArray(state, { maxLength: 4 }).map((states) => new Set(states)),
  });
});

/** The states that can be reached through states of `within`, with how many steps it takes at least. */
export function distances(graph: Graph, within: (state: number) => boolean): Map<number, number> {
  const found = new Map<number, number>();
  let level = graph.initial.filter(within);
  for (let depth = 0; level.length > 0; depth++) {
    for (const state of level) found.set(state, depth);
    const ahead = graph.edges.filter(({ from, to }) => level.includes(from) && within(to) && !found.has(to)).map(({ to }) => to);
    level = [...new Set(ahead)];
  }
  return found;
}

export function isEnd(graph: Graph, state: number): boolean {
  return graph.edges.every(({ from }) => from !== state);
}
