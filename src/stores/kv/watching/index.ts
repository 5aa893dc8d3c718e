export { decodeSeen, isNews, type SeenState, seenState } from './seen-state.ts';
export { watchKey } from './watch-key.ts';
