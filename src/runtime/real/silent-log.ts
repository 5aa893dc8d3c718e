import type { Log } from '../world/index.ts';

/** Says nothing: what a library does unless its user wants otherwise. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
