import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PendingRequests } from './pending-requests.ts';

const LAST = 0xffff_ffff;
/** Adds a request, or removes the one at this share of those that are pending: so the first ones live long. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constant('add' as const) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 99 }) },
);

test('requests are found by their ids, through growth and when the ids start over', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, LAST - 40, LAST), fc.array(step, { maxLength: 600 }), (first, steps) => {
      const pending = new PendingRequests<string>(first);
      const model = new Map<number, string>();
      for (const [index, next] of steps.entries()) {
        if (next === 'add') {
          const id = pending.nextId();
          expect(id).toBeGreaterThan(0);
          expect(model.has(id)).toBe(false);
          pending.add(id, `request ${index}`, index, index % 2);
          model.set(id, `request ${index}`);
        } else if (model.size > 0) {
          const id = [...model.keys()][Math.floor((model.size * next) / 100)] as number;
          expect(pending.get(id)).toBe(model.get(id));
          expect(`request ${pending.tagOf(id)}`).toBe(model.get(id));
          expect(pending.routeOf(id)).toBe(pending.tagOf(id) % 2);
          expect(pending.delete(id)).toBe(true);
          expect(pending.delete(id)).toBe(false);
          model.delete(id);
        }
        expect(pending.size).toBe(model.size);
      }
      // The oldest first, also where younger ids are smaller.
      expect(pending.ids()).toEqual([...model.keys()]);
    }),
  );
});

test('an id whose slot an old request still holds is passed over', () => {
  const pending = new PendingRequests<string>();
  const old = pending.nextId();
  pending.add(old, 'old', 0, 0);
  for (let count = 0; count < 1000; count++) {
    const id = pending.nextId();
    pending.add(id, 'young', 1, 0);
    pending.delete(id);
  }
  expect(pending.get(old)).toBe('old');
  expect(pending.size).toBe(1);
});
