import type { KvObserver } from '../observer.ts';
import type { Background } from './background.ts';

/**
 * Hears of the requests on behalf of the background work. Failures are left out: they tell of other nodes; and so are listings,
 * which are long by nature.
 */
export function foregroundObserver(observer: KvObserver, background: Background): KvObserver {
  return {
    request: (verb, durationMs, code) => {
      if (code === 'ok' && verb !== 'list') background.onRequest(durationMs);
      observer.request(verb, durationMs, code);
    },
    readRepair: () => observer.readRepair(),
    values: (count) => observer.values(count),
    damagedRecord: () => observer.damagedRecord(),
  };
}
