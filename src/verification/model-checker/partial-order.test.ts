import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from './check.ts';
import type { Model } from './model.ts';

/** Processes that go through their steps once, or for ever; each step adds to one variable and may wait for another. */
interface Program {
  readonly steps: readonly { readonly adds: number; readonly waitsFor: number | undefined }[];
  readonly repeats: boolean;
}

interface State {
  readonly at: readonly number[];
  readonly variables: readonly number[];
}

const VARIABLES = 8;
const MODULUS = 3;
/** The properties look at the first variable only. */
const SEEN = 0;

function modelOf(programs: readonly Program[], good: readonly number[]): Model<State, number> {
  const stepOf = ({ at }: State, process: number) => programs[process]?.steps[at[process] ?? 0];
  /** Which variables what is left of a process touches. */
  const touches = (state: State, process: number): Set<number> => {
    const program = programs[process];
    const left = program?.repeats === true ? program.steps : program?.steps.slice(state.at[process] ?? 0);
    return new Set(left?.flatMap(({ adds, waitsFor }) => (waitsFor === undefined ? [adds] : [adds, waitsFor])));
  };
  return {
    name: 'programs',
    initialStates: () => [{ at: programs.map(() => 0), variables: new Array<number>(VARIABLES).fill(0) }],
    actions: (state) => programs.flatMap((_program, process) => (stepOf(state, process) === undefined ? [] : [process])),
    next: (state, process) => {
      const step = stepOf(state, process);
      const program = programs[process];
      if (step === undefined || program === undefined) return undefined;
      if (step.waitsFor !== undefined && state.variables[step.waitsFor] === 0) return undefined;
      const next = (state.at[process] ?? 0) + 1;
      const place = program.repeats ? next % program.steps.length : next;
      const value = ((state.variables[step.adds] ?? 0) + 1) % MODULUS;
      return { at: state.at.with(process, place), variables: state.variables.with(step.adds, value) };
    },
    properties: [
      { kind: 'always', name: 'good', holds: ({ variables }) => good.includes(variables[SEEN] ?? 0) },
      { kind: 'sometimes', name: 'two', holds: ({ variables }) => variables[SEEN] === 2 },
      { kind: 'at-end', name: 'ends well', holds: ({ variables }) => variables[SEEN] !== 1 },
    ],
    independence: {
      *ampleSets(state, actions) {
        for (const process of actions) {
          const mine = touches(state, process);
          if (programs.every((_program, other) => other === process || mine.isDisjointFrom(touches(state, other))))
            yield [process];
        }
      },
      // Of a process that never touches what is seen, no step changes what is said.
      isVisible: (process) => programs[process]?.steps.some(({ adds }) => adds === SEEN) === true,
    },
    describeAction: (process) => `step of ${process}`,
    describeState: (state) => JSON.stringify(state),
  };
}

const variable = fc.integer({ min: 0, max: VARIABLES - 1 });
const waitsFor = fc.option(variable, { nil: undefined, freq: 1 });
const programs = fc.array(
  fc.record({
    steps: fc.array(fc.record({ adds: variable, waitsFor }), {
      minLength: 1,
      maxLength: 3,
    }),
    repeats: fc.boolean(),
  }),
  { minLength: 2, maxLength: 4 },
);

test.each(['breadth-first', 'depth-first'] as const)('%s, the verdict is the same with the reduction on and off', (order) => {
  let [states, reduced, sets] = [0, 0, 0];
  fc.assert(
    fc.property(programs, fc.constantFrom([0, 1, 2], [0, 1, 2], [0, 1]), (given, good) => {
      const model = modelOf(given, good);
      const whole = check(model, { order, reductions: false });
      const less = check(model, { order });
      expect(less.reductions).toEqual(['partial-order']);
      expect(less.verdict).toBe(whole.verdict);
      // A violation ends a search early; otherwise both have gone through all there is for them.
      if (whole.findings.some(({ verdict }) => verdict === 'violated')) return;
      expect(less.findings.map(({ verdict }) => verdict)).toEqual(whole.findings.map(({ verdict }) => verdict));
      expect(less.states).toBeLessThanOrEqual(whole.states);
      expect(less.ends).toBe(whole.ends);
      states += whole.states;
      reduced += less.states;
      if (less.states < whole.states) sets++;
    }),
    { numRuns: 1_000 },
  );
  // The comparison says something only if there was something to leave out.
  expect(sets).toBeGreaterThan(20);
  expect(reduced).toBeLessThan(states);
});

test('eight processes that never meet: one order of their steps instead of all', () => {
  const size = 8;
  const apart: Model<readonly number[], number> = {
    name: 'apart',
    initialStates: () => [new Array<number>(size).fill(0)],
    actions: (state) => state.flatMap((at, process) => (at < 2 ? [process] : [])),
    next: (state, process) => state.with(process, (state[process] ?? 0) + 1),
    properties: [{ kind: 'at-end', name: 'all done', holds: (state) => state.every((at) => at === 2) }],
    independence: { ampleSets: (_state, actions) => actions.map((action) => [action]), isVisible: () => false },
    describeAction: (process) => `step of ${process}`,
    describeState: String,
  };
  expect(check(apart, { reductions: false })).toMatchObject({ verdict: 'holds', states: 3 ** size });
  expect(check(apart)).toMatchObject({ verdict: 'holds', states: 2 * size + 1, ends: 1 });
});
