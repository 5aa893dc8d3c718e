/** Ways through the states of a model: chosen step by step, and written as numbers. */
export { type PossibleStep, possibleSteps } from './possible-steps.ts';
export { type Walk, Walker, walkOf } from './walk.ts';
