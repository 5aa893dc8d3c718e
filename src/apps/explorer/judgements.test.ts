import { expect, test } from 'vitest';
import type { Model } from '../../verification/model-checker/index.ts';
import { judgementsHere, violatedIn } from './judgements.ts';

/** Counts to three. */
const model: Model<number, 'up'> = {
  name: 'to three',
  initialStates: () => [0],
  actions: (state) => (state < 3 ? ['up'] : []),
  next: (state) => state + 1,
  properties: [
    { kind: 'always', name: 'not two', holds: (state) => state !== 2 },
    { kind: 'sometimes', name: 'one', holds: (state) => state === 1 },
    { kind: 'at-end', name: 'ends at three', holds: (state) => state === 3 },
    { kind: 'eventually', name: 'four', holds: (state) => state === 4 },
    { kind: 'terminates', name: 'terminates' },
    {
      kind: 'always',
      name: 'cannot judge three',
      holds: (state) => {
        if (state === 3) throw new Error('three?');
        return true;
      },
    },
  ],
  describeAction: (action) => action,
  describeState: String,
};

function wordsAfter(count: number): readonly string[] {
  const steps = Array.from({ length: count }, (_nothing, place) => ({ action: 'up' as const, state: place + 1 }));
  return judgementsHere(model, { initial: 0, steps }, count === 3).map(({ is, words }) => `${is}: ${words}`);
}

test('what each property says of a state on a run', () => {
  expect(wordsAfter(0)).toEqual([
    'good: holds',
    'open: not yet',
    'open: not yet at the end',
    'open: not yet',
    'open: goes on',
    'good: holds',
  ]);
  expect(wordsAfter(1).slice(0, 2)).toEqual(['good: holds', 'good: here']);
  expect(wordsAfter(2).slice(0, 2)).toEqual(['bad: violated here', 'good: since step 1']);
  expect(wordsAfter(3)).toEqual([
    'bad: violated after step 2',
    'good: since step 1',
    'good: holds at this end',
    'bad: never, and this is the end',
    'good: ended',
    'bad: throws: three?',
  ]);
});

test('what a state violates', () => {
  expect(violatedIn(model, 1)).toEqual([]);
  expect(violatedIn(model, 2)).toEqual(['not two']);
  expect(violatedIn(model, 3)).toEqual(['cannot judge three (throws)']);
});
