/**
 * Invariant 5 for whole zones: while a zone is cut off from the others, writes with W=1 go on in it and outside it, as long as each
 * part has a home replica of the key.
 */
import type { DirectClient, DirectOutcome } from '../../../stores/kv/client/index.ts';
import type { KvRequest } from '../../../stores/kv/index.ts';
import { Violation } from '../../histories/index.ts';
import { changeRequest, judge } from './acting-client.ts';
import { PLAIN, type Stage } from './stage.ts';
import { zoneOfIndex } from './zones.ts';

/** More zones than replicas: a zone may have no replica of a key. */
const MOST_ZONES = 3;
const ATTEMPTS = 4;
const RETRY_MS = 500;
const encoder = new TextEncoder();

type Complete = (stage: Stage, client: DirectClient, node: number, request: KvRequest) => DirectOutcome;

/** Leaves the zone cut off; the caller heals. @returns whether there was anything to see. */
export function cutZoneTakesWrites(stage: Stage, zones: number, complete: Complete): boolean {
  const { simulation, cluster, keys } = stage;
  if (zones > MOST_ZONES) return false;
  const cut = simulation.random.below(zones);
  const placesOf = (inside: boolean): number[] =>
    [...cluster.names.keys()].filter((index) => (zoneOfIndex(index, zones) === zoneOfIndex(cut, zones)) === inside);
  const parts = [true, false].map((inside) => {
    const name = `client ${inside ? 'inside' : 'outside'} the cut zone`;
    return { name, client: stage.client(name), places: placesOf(inside) };
  });
  simulation.runFor(1_000);
  simulation.partition(parts.map(({ name, places }) => [name, ...places.map((place) => cluster.names[place] as string)]));
  for (const { name, client, places } of parts) {
    for (const key of keys) writeAlone({ stage, name, client, complete, key, place: () => simulation.random.pick(places) });
  }
  return true;
}

interface LoneWrite {
  readonly stage: Stage;
  readonly name: string;
  readonly client: DirectClient;
  readonly complete: Complete;
  readonly key: string;
  place(): number;
}

/** The first attempts may fail: a link to a machine that lost its power before looks open until something is sent over it. */
function writeAlone({ stage, name, client, complete, key, place }: LoneWrite): void {
  const { history } = stage;
  let problem = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const event = history.begin(stage.nextWrite(), key, false, history.nothing);
    const change = { kind: 'put', contentType: '', value: encoder.encode(event.id) } as const;
    const outcome = complete(stage, client, place(), changeRequest(PLAIN, key, undefined, change, 1));
    judge(event, outcome);
    if ('reply' in outcome) return;
    problem = outcome.error.message;
    stage.simulation.runFor(RETRY_MS);
  }
  throw new Violation('a part of a cut cluster did not take a write with W=1', `${name}: ${problem}`);
}
