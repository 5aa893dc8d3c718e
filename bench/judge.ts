/**
 * Ratios of what was measured in one run, against the limits that the store was given. A ratio of throughputs is the median over the
 * rounds, in which the two systems took turns.
 */
import type { Point, Verb } from './load.ts';

export interface Judgement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Without one: for information. */
  readonly limit?: { readonly atLeast: number } | { readonly atMost: number };
}

const HALF_RATE_MS_MAX = 30;
const ALONE_TIMES_MAX = 1.5;
const AT_LEAST: readonly (readonly [verb: Verb, other: string, times: number | undefined])[] = [
  ['put', 'floor', 0.6],
  ['put', 'floor-log', undefined],
  ['put', 'etcd', 4],
  ['put', 'redis', undefined],
  ['get', 'floor', 0.5],
  ['get', 'floor-log', undefined],
  ['get', 'etcd', 12],
  ['get', 'redis', undefined],
];

/** As far as what was measured allows. `halves`: the loads that are half of a peak. */
export function judge(points: readonly Point[], halves: ReadonlyMap<Verb, string>): Judgement[] {
  const find = (system: string, verb: Verb, load: string): Point | undefined =>
    points.find((point) => point.system === system && point.verb === verb && point.load === load);
  const judgements: Judgement[] = [];
  for (const [verb, other, times] of AT_LEAST) {
    const ours = find('quorate', verb, '256 in flight');
    const theirs = find(other, verb, '256 in flight');
    if (ours === undefined || theirs === undefined) continue;
    const value = median(ours.rounds.map((rate, round) => rate / (theirs.rounds[round] ?? Number.NaN)));
    const judgement = { what: `${verb}s at 256 in flight, against ${other}`, value, unit: 'x' };
    judgements.push(times === undefined ? judgement : { ...judgement, limit: { atLeast: times } });
  }
  const alone = find('quorate', 'put', '1 in flight');
  for (const floor of ['floor', 'floor-log']) {
    const floorAlone = find(floor, 'put', '1 in flight');
    if (alone === undefined || floorAlone === undefined) continue;
    const value = alone.latencyMs['50'] / floorAlone.latencyMs['50'];
    const judgement = { what: `put p50 with one in flight, against ${floor}`, value, unit: 'x' };
    judgements.push(floor === 'floor' ? { ...judgement, limit: { atMost: ALONE_TIMES_MAX } } : judgement);
  }
  for (const [verb, load] of halves) {
    const half = find('quorate', verb, load);
    if (half === undefined) continue;
    const what = `${verb} p99.9 at half the peak, ${load}`;
    const limit = { atMost: HALF_RATE_MS_MAX };
    judgements.push({ what: `${what}, median of the rounds`, value: median(half.roundTailsMs), unit: 'ms', limit });
    judgements.push({ what: `${what}, of all rounds together`, value: half.latencyMs['99.9'], unit: 'ms' });
    const machine = find('floor-log', verb, load);
    if (machine === undefined) continue;
    judgements.push({ what: `${what}, floor-log, median`, value: median(machine.roundTailsMs), unit: 'ms' });
    judgements.push({ what: `${what}, floor-log, together`, value: machine.latencyMs['99.9'], unit: 'ms' });
  }
  return judgements;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function judgementLine({ what, value, unit, limit }: Judgement): string {
  const figure = `${what}: ${value.toFixed(2)} ${unit}`;
  if (limit === undefined) return `            ${figure}`;
  const [holds, rule] =
    'atLeast' in limit
      ? [value >= limit.atLeast, `at least ${limit.atLeast}`]
      : [value <= limit.atMost, `at most ${limit.atMost}`];
  return `${holds ? 'ok         ' : 'falls short'} ${figure} (${rule})`;
}
