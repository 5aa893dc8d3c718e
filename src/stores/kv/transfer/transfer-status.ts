/** How far a change of the ring has come, as one node sees it. */
import type { Json } from '../interface.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { Transfers } from './transfers.ts';

/** Told of at most so many. */
const SHOWN = 20;

export function statusOf({ seating, configuration, topology, world }: ServiceParts, transfers: Transfers): Json {
  const left = transfers.seatsLeft();
  const { clock } = world;
  const rate = transfers.pace.rate(clock.now(), left.length);
  return {
    answeredBy: configuration.nodeName,
    version: seating.wanted.version,
    paused: transfers.isPaused,
    seatsLeft: left.length,
    seatsPerSecond: rate,
    secondsLeft: left.length === 0 ? 0 : rate === 0 ? null : Math.ceil(left.length / rate),
    moves: left.slice(0, SHOWN).map(({ partition, n, move: { from, to, isLost } }) => ({
      partition,
      n,
      from,
      to,
      waitsFor: waitsFor(from, to, isLost, (name) => topology.target(name)?.peer?.isUp !== false),
    })),
    here: {
      moved: transfers.moved,
      keys: transfers.outgoing.reduce((sum, { keys }) => sum + keys, transfers.keys),
      bytes: transfers.outgoing.reduce((sum, { bytes }) => sum + bytes, transfers.bytes),
      underWay: transfers.outgoing.map(({ errand: { purpose, partition, n, to }, phase, keys, bytes }) => ({
        purpose,
        partition,
        n,
        to,
        phase,
        keys,
        bytes,
      })),
    },
  };
}

function waitsFor(from: string, to: string, isLost: boolean, isUp: (name: string) => boolean): string {
  if (!isUp(to)) return `${to}, which is down`;
  if (isLost) return `all replicas that are left, to give ${to} what they have`;
  return isUp(from) ? 'its turn, or its records to be copied' : `${from}, which is down: start it, or remove it`;
}
