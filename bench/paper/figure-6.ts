/** Figure 6: how many nodes are out of balance, by load, over a day. */
import { emptyAssignment, nodeName, type Placement, reassign, strategy1, strategy3 } from '../../src/protocols/ring/index.ts';
import { partitionFinder, positions } from './efficiency.ts';
import { type Popularity, shareOfMostPopular, shares } from './popularity.ts';
import { diurnalLoad, drawByShare } from './request-stream.ts';
import { mean, spreadOf, spreadText } from './spread.ts';
import type { Outcome, Plot, Study } from './study.ts';

const NODES = 200;
const REPLICAS = 3;
const PARTITIONS = 8_192;
const TOKENS_PER_NODE = 64;
const TICKS = 48;
const TICK_HOURS = 0.5;
const DAYS = 5;
const THRESHOLD = 0.15;
/**
 * A free number: sessions in a tick at peak, each of which sends its requests to one key. Set so that a fifth of the nodes is out
 * of balance at low load, as in the paper; what high load then does is the result.
 */
const SESSIONS_AT_PEAK = 40_000;
const POPULARITY: Popularity = { name: 'skewed', keys: 200_000, exponent: 1.2, flat: 5_000 };

const OURS = 'our ring (strategy 3)';
const PAPERS = `strategy 1, ${TOKENS_PER_NODE} tokens per node`;
const RINGS = [OURS, PAPERS] as const;

interface Tick {
  readonly ring: (typeof RINGS)[number];
  readonly hour: number;
  /** Of the peak. */
  readonly load: number;
  /** Share of the nodes, by day. */
  readonly outOfBalance: readonly number[];
}

export const FIGURE_6: Study = {
  name: 'figure-6',
  title: 'Figure 6: nodes out of balance by load',
  source: 'computed',
  run: () => outcomeOf(RINGS.flatMap(day)),
};

function placementOf(ring: Tick['ring']): Placement {
  const names = Array.from({ length: NODES }, (_, index) => nodeName(`n${index}`));
  if (ring === PAPERS) return strategy1(names, { tokensPerNode: TOKENS_PER_NODE, seed: 1, listLength: REPLICAS });
  const nodes = names.map((name) => ({ name, host: name, zone: 'z', weight: 1 }));
  return strategy3(reassign(emptyAssignment(PARTITIONS), nodes), REPLICAS);
}

function day(ring: Tick['ring']): Tick[] {
  const placement = placementOf(ring);
  const indexOf = new Map(Array.from({ length: NODES }, (_, index) => [nodeName(`n${index}`), index]));
  const lists = placement.preferenceLists.map((list) => list.map((name) => indexOf.get(name)!));
  const partitionOf = partitionFinder(placement);
  const popularity = shares(POPULARITY);
  const days = Array.from({ length: DAYS }, (_, seed) => ({
    replicas: Array.from(positions(POPULARITY.keys, seed), (position) => lists[partitionOf(position)]!),
    draw: drawByShare(popularity, seed),
  }));
  return Array.from({ length: TICKS }, (_, tick) => {
    const hour = tick * TICK_HOURS;
    const load = diurnalLoad(hour);
    const sessions = Math.round(SESSIONS_AT_PEAK * load);
    return { ring, hour, load, outOfBalance: days.map(({ replicas, draw }) => outOfBalance(replicas, draw, sessions)) };
  });
}

function outOfBalance(replicas: readonly (readonly number[])[], draw: () => number, sessions: number): number {
  const loads = new Float64Array(NODES);
  for (let session = 0; session < sessions; session++) {
    for (const node of replicas[draw()]!) loads[node] = loads[node]! + 1;
  }
  const average = (sessions * REPLICAS) / NODES;
  return loads.filter((load) => Math.abs(load - average) > THRESHOLD * average).length / NODES;
}

function outcomeOf(ticks: readonly Tick[]): Outcome {
  const at = (ring: string, from: number, to: number) =>
    ticks.filter((tick) => tick.ring === ring && tick.load >= from && tick.load <= to).flatMap((tick) => tick.outOfBalance);
  const percent = (values: readonly number[]): string => `${(100 * mean(values)).toFixed(1)}%`;
  const comparisons = RINGS.map((ring) => {
    const [low, high] = [at(ring, 0, 0.25), at(ring, 0.9, 1)];
    return {
      what: `share of nodes whose load deviates by more than 15%, at low and at high load; ${ring}`,
      paper: '20% at low, about 10% at high load',
      ours: `${percent(low)} up to a quarter of the peak, ${percent(high)} from 90% on`,
      agrees: mean(high) < mean(low),
    };
  });
  const bands = [0, 0.25, 0.5, 0.75, 0.9];
  return {
    comparisons,
    plots: [plot(ticks)],
    tables: [
      {
        caption: `Share of the ${NODES} nodes out of balance by load; mean of all ticks of ${DAYS} days (least-most of one tick)`,
        head: ['load, of the peak', ...RINGS],
        rows: bands.map((from, index) => {
          const to = bands[index + 1] ?? 1;
          return [`${100 * from}-${100 * to}%`, ...RINGS.map((ring) => spreadText(spreadOf(at(ring, from, to))))];
        }),
      },
    ],
    notes: notes(),
  };
}

function notes(): string[] {
  const popular = Math.round(100 * shareOfMostPopular(shares(POPULARITY), 0.1));
  return [
    `Real are the ring (${NODES} nodes, ${PARTITIONS.toLocaleString('en')} partitions, N=${REPLICAS}) and the hashing of keys; the requests are a model: in each half hour as many sessions as the time of day brings, each with the same number of requests to one key, drawn from ${POPULARITY.keys.toLocaleString('en')} keys of which the most popular tenth gets ${popular}% of the requests, a load on all N replicas. Sessions at peak (${SESSIONS_AT_PEAK.toLocaleString('en')} per tick) and the tokens of strategy 1 (the paper does not say how many it had) are set by hand, near the paper's values; what shows by itself is the fall.`,
    'The paper explains the fall by the number of popular keys in use, which grows with load, and so it is here. How far it falls depends on what the placement itself adds: with equal partitions almost nothing, so that at high load nearly all nodes are in balance; with random tokens, as in strategy 1, some nodes own too much at any load, and a share remains, as in the paper.',
  ];
}

function plot(ticks: readonly Tick[]): Plot {
  const values = ticks.map(({ ring, hour, outOfBalance: shareByDay }) => ({ ring, hour, ...spreadOf(shareByDay) }));
  const loads = ticks.filter(({ ring }) => ring === OURS).map(({ hour, load }) => ({ hour, load }));
  const x = { field: 'hour', type: 'quantitative' as const, title: 'hour of the day', scale: { domain: [0, 24] } };
  const y = { type: 'quantitative' as const, title: 'share of nodes out of balance', axis: { format: '%' } };
  const color = { field: 'ring', type: 'nominal' as const, title: null };
  return {
    name: 'figure-6',
    caption: 'Share of nodes out of balance over a day, and the load: the share falls where the load rises',
    spec: {
      vconcat: [
        {
          width: 560,
          height: 180,
          data: { values },
          layer: [
            { mark: { type: 'area', opacity: 0.18 }, encoding: { x, y: { ...y, field: 'least' }, y2: { field: 'most' }, color } },
            { mark: { type: 'line' }, encoding: { x, y: { ...y, field: 'mean' }, color } },
          ],
        },
        {
          width: 560,
          height: 70,
          data: { values: loads },
          mark: 'area',
          encoding: {
            x,
            y: { field: 'load', type: 'quantitative', title: 'load, of the peak', axis: { format: '%', tickCount: 3 } },
          },
        },
      ],
    },
  };
}
