import type { Clock } from '../world/index.ts';

export const realClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
};
