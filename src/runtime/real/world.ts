import type { Address, Log, World } from '../world/index.ts';
import { realClock } from './clock.ts';
import { EventLoopTurn } from './event-loop-turn.ts';
import { RealNetwork } from './network.ts';
import type { NetworkLimits } from './network-limits.ts';
import { realRandom } from './random.ts';
import { silentLog } from './silent-log.ts';
import { realTimers } from './timers.ts';

export interface RealWorldOptions {
  /** Default: none. See `createLog`. */
  readonly log?: Log;
  readonly networkLimits?: Partial<NetworkLimits>;
  /** Addresses that are reached by dialling others, as behind a port that is passed on. */
  readonly detours?: ReadonlyMap<Address, Address>;
}

/** Node's clock, timers, randomness and sockets. Holds the process alive only while a listener, a link or a timer is open. */
export function realWorld(options: RealWorldOptions = {}): World {
  const log = options.log ?? silentLog;
  const turn = new EventLoopTurn();
  const timers = realTimers(turn);
  return {
    clock: realClock,
    timers,
    random: realRandom(),
    network: new RealNetwork(turn, { timers, log, limits: options.networkLimits ?? {}, detours: options.detours ?? new Map() }),
    log,
  };
}
