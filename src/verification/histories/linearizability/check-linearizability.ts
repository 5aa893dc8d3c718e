import { byKey } from '../by-key.ts';
import type { History, Operation } from '../history.ts';
import { checkShapes } from '../well-formed.ts';
import type { SequentialModel } from './model.ts';
import { type PartialOrder, searchLinearization } from './search.ts';

export interface LinearizabilityOptions {
  /** How many placements are tried for one key before the search gives up; each takes some 100 bytes. Default: 5,000,000. */
  readonly mostSteps?: number;
}

/** One object's operations in an order that explains them. Those of unknown outcome are in it if they had to happen. */
export interface Linearization {
  readonly key: Operation['key'];
  readonly order: readonly Operation[];
}

export interface LinearizabilityViolation {
  readonly key: Operation['key'];
  /** All operations on the object, without the failed ones. */
  readonly operations: readonly Operation[];
  readonly longest: readonly PartialOrder[];
}

export type LinearizabilityResult =
  | { readonly verdict: 'ok'; readonly linearizations: readonly Linearization[]; readonly steps: number }
  | { readonly verdict: 'violation'; readonly violations: readonly LinearizabilityViolation[]; readonly steps: number }
  /** No violation was found, but the search of these keys was cut short. */
  | { readonly verdict: 'undecided'; readonly keys: readonly Operation['key'][]; readonly steps: number };

const MOST_STEPS = 5_000_000;

/**
 * Judge every key of a history by itself: a history is linearizable if and only if that of each object is (Herlihy & Wing 1990,
 * section 3.1, theorem 1).
 *
 * @throws QuorateError `bad-history` for operations that the model does not know, or that no processes could have done.
 */
export function checkLinearizability<State>(
  history: History,
  model: SequentialModel<State>,
  { mostSteps = MOST_STEPS }: LinearizabilityOptions = {},
): LinearizabilityResult {
  checkShapes(history, (operation) => model.problemOf(operation));
  const linearizations: Linearization[] = [];
  const violations: LinearizabilityViolation[] = [];
  const undecided: Operation['key'][] = [];
  let steps = 0;
  for (const [key, all] of byKey(history.operations)) {
    const operations = all.filter(({ outcome }) => outcome !== 'fail');
    const result = searchLinearization(model.relevant?.(operations) ?? operations, model, mostSteps);
    steps += result.steps;
    if (result.verdict === 'linearizable') linearizations.push({ key, order: result.order });
    else if (result.verdict === 'violation') violations.push({ key, operations, longest: result.longest });
    else undecided.push(key);
  }
  if (violations.length > 0) return { verdict: 'violation', violations, steps };
  return undecided.length > 0 ? { verdict: 'undecided', keys: undecided, steps } : { verdict: 'ok', linearizations, steps };
}
