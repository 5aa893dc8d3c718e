/**
 * Strongly connected components of a part of a graph.
 *
 * R. Tarjan, "Depth-first search and linear graph algorithms", SIAM Journal on Computing 1(2), 1972; without recursion, since paths
 * are as long as the graph is large.
 */
import type { StepGraph } from './step-graph.ts';

const UNSEEN = -1;

/** @param contains - 1 for each state that belongs to the part. @returns components that hold a cycle, self-loops included. */
export function cyclicComponents(graph: StepGraph, contains: Uint8Array): Int32Array[] {
  const { firstEdge, targets, size } = graph;
  const number = new Int32Array(size).fill(UNSEEN);
  const lowest = new Int32Array(size);
  const isOpen = new Uint8Array(size);
  const nextEdge = new Int32Array(size);
  const open: number[] = [];
  const path: number[] = [];
  const components: Int32Array[] = [];
  let numbers = 0;
  const enter = (state: number) => {
    number[state] = lowest[state] = numbers++;
    isOpen[state] = 1;
    nextEdge[state] = firstEdge[state] ?? 0;
    open.push(state);
    path.push(state);
  };
  for (let root = 0; root < size; root++) {
    if (contains[root] !== 1 || number[root] !== UNSEEN) continue;
    enter(root);
    for (let state = path.at(-1); state !== undefined; state = path.at(-1)) {
      const edge = nextEdge[state] ?? 0;
      if (edge < (firstEdge[state + 1] ?? 0)) {
        nextEdge[state] = edge + 1;
        const target = targets[edge] ?? 0;
        if (target < 0 || contains[target] !== 1) continue;
        if (number[target] === UNSEEN) enter(target);
        else if (isOpen[target] === 1) lower(lowest, state, number[target] ?? 0);
        continue;
      }
      path.pop();
      const before = path.at(-1);
      if (before !== undefined) lower(lowest, before, lowest[state] ?? 0);
      if (lowest[state] !== number[state]) continue;
      const component = open.splice(open.lastIndexOf(state));
      for (const member of component) isOpen[member] = 0;
      if (component.length > 1 || stepsToItself(graph, state)) components.push(Int32Array.from(component));
    }
  }
  return components;
}

function lower(lowest: Int32Array, state: number, to: number): void {
  if (to < (lowest[state] ?? 0)) lowest[state] = to;
}

function stepsToItself({ firstEdge, targets }: StepGraph, state: number): boolean {
  const end = firstEdge[state + 1] ?? 0;
  for (let edge = firstEdge[state] ?? 0; edge < end; edge++) if (targets[edge] === state) return true;
  return false;
}
