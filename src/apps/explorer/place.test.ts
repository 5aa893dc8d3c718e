import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onwards, placeOf, searchOf } from './place.ts';

describe('the address of a place', () => {
  const places = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }).chain((steps) =>
    fc.record({
      walk: fc.record({ beginning: fc.integer({ min: 1, max: 3 }), steps: fc.constant(steps) }),
      done: fc.nat(steps.length),
    }),
  );

  test('leads back to it', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(placeOf(new URLSearchParams(searchOf(place)))).toEqual(place);
      }),
    );
  });
  test('says nothing that goes without saying', () => {
    expect(searchOf({ walk: { beginning: 1, steps: [] }, done: 0 })).toBe('');
    expect(searchOf({ walk: { beginning: 1, steps: [3, 12] }, done: 2 })).toBe('?walk=3.12');
    expect(searchOf({ walk: { beginning: 2, steps: [3, 12] }, done: 0 })).toBe('?walk=3.12&done=0&from=2');
  });
  test.each([
    ['walk=1.x', "has 'x' for walk"],
    ['walk=1..2', "has '' for walk"],
    ['walk=0', "has '0' for walk"],
    ['walk=1.2&done=3', '3 steps are done, of 2'],
    ['done=-1', "has '-1' for done"],
    ['from=0', "has '0' for from"],
  ])('that is none is refused: %s', (search, problem) => {
    expect(() => placeOf(new URLSearchParams(search))).toThrow(problem);
  });
});

test('a walk that is too long is refused', () => {
  expect(() => placeOf(new URLSearchParams(`walk=${'1.'.repeat(2_000)}1`))).toThrow('a walk of 2001 steps');
});

test('the step that was taken before keeps what is ahead, another one drops it', () => {
  const place = { walk: { beginning: 1, steps: [3, 1, 2] }, done: 1 };
  expect(onwards(place, 1)).toEqual({ walk: { beginning: 1, steps: [3, 1, 2] }, done: 2 });
  expect(onwards(place, 4)).toEqual({ walk: { beginning: 1, steps: [3, 4] }, done: 2 });
});
