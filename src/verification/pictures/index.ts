/** Pictures of what the verification kit finds. */
export { drawSequence, type SequenceOptions } from './sequence-diagram.ts';
export type { Verdict } from './sequence-picture.ts';
export { drawHistory, type TimelineOptions } from './timeline.ts';
