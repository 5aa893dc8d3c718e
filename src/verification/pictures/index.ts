/** Pictures of what the verification kit finds. */
export { drawSequence, type SequenceOptions } from './sequence-diagram.ts';
export type { Verdict } from './sequence-picture.ts';
export { sequenceText } from './sequence-text.ts';
export { stateTablesText } from './state-tables-text.ts';
export { drawHistory, type TimelineOptions } from './timeline.ts';
