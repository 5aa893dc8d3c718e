/** Ways through the states of a model: chosen step by step, written down, and taken again. */
export { type PossibleStep, possibleSteps } from './possible-steps.ts';
export { encodeRun, replayRun } from './run-file.ts';
export { type Walk, Walker, walkOf } from './walk.ts';
