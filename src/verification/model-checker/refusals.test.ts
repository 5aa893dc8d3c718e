import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../runtime/errors/index.ts';
import { check } from './check.ts';
import type { Model } from './model.ts';

interface Counter {
  readonly process: { count: number; note?: unknown };
}

function counter(change: Partial<Model<Counter, string>>): Model<Counter, string> {
  return {
    name: 'counter',
    initialStates: () => [{ process: { count: 0 } }],
    actions: ({ process }) => (process.count < 5 ? ['add'] : []),
    next: ({ process }) => ({ process: { count: process.count + 1 } }),
    properties: [{ kind: 'always', name: 'small', holds: ({ process }) => process.count <= 5 }],
    describeAction: (action) => action,
    describeState: (state) => JSON.stringify(state),
    ...change,
  };
}

function refusal(model: Model<Counter, string>): QuorateError {
  try {
    check(model);
  } catch (error) {
    if (error instanceof QuorateError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('the model without a fault is not refused', () => {
  expect(check(counter({}))).toMatchObject({ verdict: 'holds', states: 6 });
});

describe('is refused, with the place and what to do', () => {
  test('a step that comes to two different states: the field is named', () => {
    let calls = 0;
    const error = refusal(counter({ next: ({ process }) => ({ process: { count: process.count + 1, note: calls++ } }) }));
    expect(error.code).toBe('nondeterministic-model');
    expect(error.message).toContain(
      "The step 'add' came to two different states when run twice: .process.note is 0 at first and 1 then",
    );
  });

  test('a step that is possible at one time and not at another', () => {
    let calls = 0;
    const next = ({ process }: Counter) => (calls++ % 2 === 0 ? { process: { count: process.count + 1 } } : undefined);
    expect(refusal(counter({ next })).code).toBe('nondeterministic-model');
  });

  test('a step that changes the state it is given', () => {
    const next = (state: Counter) => {
      state.process.count++;
      return { process: { count: state.process.count } };
    };
    const error = refusal(counter({ next }));
    expect(error.code).toBe('argument-changed');
    expect(error.message).toContain('.process.count was 0 and is 1');
  });

  test('a state that cannot be fingerprinted', () => {
    const error = refusal(counter({ next: ({ process }) => ({ process: { count: process.count + 1, note: () => 1 } }) }));
    expect(error.code).toBe('not-plain-data');
    expect(error.message).toContain('a function at .process.note');
  });

  test('a property that throws: with the run that leads to the state', () => {
    const holds = ({ process }: Counter) => {
      if (process.count === 3) throw new Error('three is too much');
      return true;
    };
    const error = refusal(counter({ properties: [{ kind: 'always', name: 'delicate', holds }] }));
    expect(error.code).toBe('property-threw');
    expect(error.message).toContain("'delicate' threw (three is too much) after 3 steps: add; add; add");
    expect(error.data).toEqual({ run: ['add', 'add', 'add'] });
  });

  test('a step that throws: with the run that leads to it', () => {
    const next = ({ process }: Counter) => {
      if (process.count === 2) throw new TypeError('no vote');
      return { process: { count: process.count + 1 } };
    };
    const error = refusal(counter({ next }));
    expect(error.code).toBe('step-threw');
    expect(error.message).toContain("The step 'add' threw (no vote) after 2 steps: add; add");
  });

  test.each([
    ['no property', counter({ properties: [] })],
    ['no initial state', counter({ initialStates: () => [] })],
  ])('a model with %s', (what, model) => {
    expect(refusal(model)).toMatchObject({ code: 'impossible-model', message: expect.stringContaining(what) });
  });
});
