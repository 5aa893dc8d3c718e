import { describe, expect, test } from 'vitest';
import { check, type Model } from '../model-checker/index.ts';
import { breadthFirst } from './breadth-first-for-tests.ts';
import { paxosModel } from './paxos.ts';
import { registerModel } from './register.ts';
import { byPhase, twoPhaseCommitSpecification } from './two-phase-commit-specification.ts';

/** Of the examples that come with stateright (commit ab8c8be). */
const published: readonly (readonly [string, Model<unknown, unknown>, number])[] = [
  ['ABD, 2 servers, 2 clients', registerModel({ servers: 2, clients: 2 }), 544],
  ['Paxos, 3 servers, 2 clients', paxosModel({ servers: 3, clients: 2, textbook: true }), 16_668],
  ['two-phase commit, 3 resource managers', twoPhaseCommitSpecification(3), 288],
  ['two-phase commit, 5 resource managers', twoPhaseCommitSpecification(5), 8_832],
  ['two-phase commit, 7 resource managers', twoPhaseCommitSpecification(7), 296_448],
];

describe.each(published)('%s: %i states', (_name, model, states) => {
  test.each(['breadth-first', 'depth-first'] as const)('%s, without reductions', { timeout: 30_000 }, (order) => {
    const result = check(model, { order, reductions: false });
    expect(result).toMatchObject({ verdict: 'holds', states, bounds: [] });
    expect(result.findings.map(({ verdict }) => verdict)).toEqual(model.properties.map(() => 'holds'));
  });
});

test('an independent search, which keeps every state whole, counts the same', () => {
  expect(breadthFirst(registerModel({ servers: 2, clients: 2 })).states).toBe(544);
  expect(breadthFirst(twoPhaseCommitSpecification(5)).states).toBe(8_832);
});

describe('two-phase commit, 5 resource managers, with symmetry', () => {
  test('665 as published, depth first, by resource managers in the order of their phase alone', () => {
    const model = twoPhaseCommitSpecification(5, byPhase);
    expect(check(model, { order: 'depth-first' })).toMatchObject({ verdict: 'holds', states: 665, reductions: ['symmetry'] });
  });

  test('314 in both orders, when every permutation is seen', () => {
    const model = twoPhaseCommitSpecification(5);
    expect(check(model, { order: 'depth-first' })).toMatchObject({ verdict: 'holds', states: 314 });
    expect(check(model, { order: 'breadth-first' })).toMatchObject({ verdict: 'holds', states: 314 });
  });
});
