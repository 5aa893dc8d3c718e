/** Sets and counters, which can be judged without a search, whatever order their operations took. */
export { checkCounter } from './check-counter.ts';
export { checkSet, type SetOptions } from './check-set.ts';
