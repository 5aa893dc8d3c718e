/** Session guarantees and causal consistency. */
export { type CausalOptions, checkCausal } from './check-causal.ts';
export { checkSessions } from './check-sessions.ts';
