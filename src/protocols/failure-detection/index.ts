export { nextTime, onDelay, onMessage, onTime, setMembers, startDetector } from './detector.ts';
export { type ProbeMessage, readProbeMessage, readUpdates, writeProbeMessage, writeUpdates } from './message.ts';
export { hear } from './opinions.ts';
export type { DetectorOptions } from './options.ts';
export type { DetectorEffect, DetectorEffects, DetectorState, Opinion } from './state.ts';
export { OPINIONS_MAXIMUM, opinionsDigest, opinionsToTell } from './summary.ts';
export type { Standing, Update } from './update.ts';
