import type { Operation } from '../history.ts';
import type { SequentialModel } from './model.ts';

/** Every order in keeping with time, one after the other; no memory, no list, no keys: for a handful of operations. */
export function isLinearizableByBruteForce<State>(all: readonly Operation[], model: SequentialModel<State>): boolean {
  const precedes = (one: Operation, other: Operation): boolean =>
    one.outcome === 'ok' &&
    one.responseMs !== undefined &&
    (one.responseMs < other.invocationMs ||
      (one.process === other.process && one.responseMs <= other.invocationMs && one !== other));
  const complete = (remaining: readonly Operation[], state: State): boolean => {
    if (remaining.every(({ outcome }) => outcome !== 'ok')) return true;
    return remaining.some((operation) => {
      if (remaining.some((other) => precedes(other, operation))) return false;
      const next = model.step(state, operation);
      return (
        next !== undefined &&
        complete(
          remaining.filter((other) => other !== operation),
          next,
        )
      );
    });
  };
  return complete(
    all.filter(({ outcome }) => outcome !== 'fail'),
    model.initial(),
  );
}
