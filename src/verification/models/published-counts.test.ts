import { describe, expect, test } from 'vitest';
import { textOf } from '../plain-data/index.ts';
import { breadthFirst } from './breadth-first-for-tests.ts';
import { paxosModel } from './paxos.ts';
import { registerModel } from './register.ts';
import { byPhase, twoPhaseCommitSpecification } from './two-phase-commit-specification.ts';

describe('the published numbers of distinct states', () => {
  test('ABD, 2 servers, 2 clients: 544', () => {
    expect(breadthFirst(registerModel({ servers: 2, clients: 2 }))).toMatchObject({
      states: 544,
      violated: undefined,
      unreached: [],
    });
  });

  test('Paxos, 3 servers, 2 clients: 16,668', { timeout: 60_000 }, () => {
    const found = breadthFirst(paxosModel({ servers: 3, clients: 2, textbook: true }));
    expect(found).toMatchObject({ states: 16_668, violated: undefined, unreached: [] });
  });

  test.each([
    [3, 288],
    [5, 8832],
  ])('two-phase commit, %i resource managers: %i', (resources, states) => {
    expect(breadthFirst(twoPhaseCommitSpecification(resources))).toMatchObject({ states, violated: undefined, unreached: [] });
  });

  test('two-phase commit, 5 resource managers, with symmetry: 665 as published, depth first; 314 with every permutation seen', () => {
    expect(depthFirst(byPhase)).toBe(665);
    expect(depthFirst(undefined)).toBe(314);
  });
});

/** Distinct representatives met when the search goes on from the states themselves. */
function depthFirst(representative: typeof byPhase | undefined): number {
  const model = twoPhaseCommitSpecification(5, representative);
  const seen = new Set<string>();
  const stack = [...model.initialStates()];
  for (const state of stack) seen.add(textOf(model.representative?.(state)));
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    for (const action of model.actions(state)) {
      const next = model.next(state, action);
      const text = textOf(next && model.representative?.(next));
      if (next === undefined || seen.has(text)) continue;
      seen.add(text);
      stack.push(next);
    }
  }
  return seen.size;
}
