/** Pictures of what the verification kit finds. */
export { escaped } from './escaped.ts';
export { sequenceOf } from './sequence.ts';
export { drawSequence, type SequenceOptions } from './sequence-diagram.ts';
export { sequencePicture, type Verdict } from './sequence-picture.ts';
export { SEQUENCE_STYLE } from './sequence-style.ts';
export { sequenceText } from './sequence-text.ts';
export { wholeStates } from './state-tables.ts';
export { stateTablesText } from './state-tables-text.ts';
export { drawHistory, type TimelineOptions } from './timeline.ts';
export { TIMELINE_STYLE } from './timeline-style.ts';
