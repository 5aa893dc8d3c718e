/** Pictures of what the verification kit finds. */
export { drawHistory, type TimelineOptions } from './timeline.ts';
