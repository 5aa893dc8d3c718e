import { describe, expect, test } from 'vitest';
import { check } from '../model-checker/index.ts';
import { reEntryModel } from './re-entry.ts';
import { asksButEntersAnyEra, isNewAtOnce, isNewAtOnceAndEntersAnyEra } from './re-entry-mutants-for-tests.ts';

const dead = 'nothing deleted returns';
const unrefused = 'nothing is left that the others refuse';

describe('a member that is let in again', () => {
  test('keeps nothing that the others refuse, and what its clients write comes to them', () => {
    const { verdict, states } = check(reEntryModel({ events: ['client'], lastEra: 3 }));
    expect(verdict).toBe('holds');
    expect(states).toBeGreaterThan(10_000);
  });

  test.each([
    ['asks nobody', unrefused, { events: ['late', 'given'], lastEra: 3 }, isNewAtOnce],
    ['asks nobody, and enters any era', dead, { events: ['late'], losesPatience: true }, isNewAtOnceAndEntersAnyEra],
    ['asks in vain, and enters any era', dead, { events: ['late'], losesPatience: true }, asksButEntersAnyEra],
  ] as const)('is caught when it %s', (_what, property, options, rules) => {
    const found = check(reEntryModel({ ...options, rules }), { order: 'breadth-first' });
    const violated = found.findings.find(({ verdict }) => verdict === 'violated');
    expect(violated?.property).toBe(property);
    const depthMaximum = violated?.verdict === 'violated' ? violated.run.steps.length : 0;
    expect(check(reEntryModel(options), { depthMaximum }).verdict).not.toBe('violated');
  });
});
