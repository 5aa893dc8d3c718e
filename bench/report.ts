/** Figures as people and programs want them: a table, ratios against the limits, JSON, a picture. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Point } from './load.ts';

export interface Judgement {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
  readonly atLeast: boolean;
}

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`;
}

export const TABLE_HEAD = row(['system', 'verb', 'load', 'ops/s', 'p50 ms', 'p90', 'p99', 'p99.9', 'max', 'errors']);

export function tableRow(point: Point): string {
  const { latencyMs: latency } = point;
  const times = [latency['50'], latency['90'], latency['99'], latency['99.9'], latency.max].map((time) => time.toFixed(2));
  const rate = Math.round(point.operationsPerSecond).toLocaleString('en');
  const line = row([point.system, point.verb, point.load, rate, ...times, `${point.errors}`]);
  return point.firstError === undefined ? line : `${line}  ${point.firstError}`;
}

function row(cells: readonly string[]): string {
  const widths = [8, 4, 14, 9, 8, 8, 8, 8, 9, 7];
  return cells.map((cell, index) => (index < 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' ');
}

export function judgementLine({ what, value, limit, unit, atLeast }: Judgement): string {
  const holds = atLeast ? value >= limit : value <= limit;
  return `${holds ? 'ok         ' : 'falls short'} ${what}: ${value.toFixed(2)} ${unit} (${atLeast ? 'at least' : 'at most'} ${limit})`;
}

/** The limits that a new store was given, as far as what was measured allows. */
export function judge(points: readonly Point[]): Judgement[] {
  const judgements: Judgement[] = [];
  const find = (system: string, verb: string, load: string): Point | undefined =>
    points.find((point) => point.system === system && point.verb === verb && point.load === load);
  const ratio = (verb: string, other: string, limit: number): void => {
    const ours = find('quorate', verb, '256 in flight');
    const theirs = find(other, verb, '256 in flight');
    if (ours === undefined || theirs === undefined) return;
    const value = ours.operationsPerSecond / theirs.operationsPerSecond;
    judgements.push({ what: `${verb}s at 256 in flight, against ${other}`, value, limit, unit: 'x', atLeast: true });
  };
  ratio('put', 'floor', 0.6);
  ratio('put', 'etcd', 4);
  ratio('get', 'floor', 0.5);
  ratio('get', 'etcd', 12);
  const alone = find('quorate', 'put', '1 in flight');
  const floorAlone = find('floor', 'put', '1 in flight');
  if (alone !== undefined && floorAlone !== undefined) {
    const value = alone.latencyMs['50'] / floorAlone.latencyMs['50'];
    judgements.push({ what: 'put p50 with one in flight, against the floor', value, limit: 1.5, unit: 'x', atLeast: false });
  }
  for (const { system, verb, load, latencyMs } of points) {
    if (system !== 'quorate' || !load.endsWith('/s')) continue;
    judgements.push({ what: `${verb} p99.9 at ${load}`, value: latencyMs['99.9'], limit: 30, unit: 'ms', atLeast: false });
  }
  return judgements;
}

export async function save(
  directory: string,
  points: readonly Point[],
  judgements: readonly Judgement[],
  command: string,
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'results.json'),
    `${JSON.stringify({ command, machine: machine(), points, judgements }, undefined, 2)}\n`,
  );
  writeFileSync(join(directory, 'results.svg'), await picture(points));
}

/** Throughput and latency by system, one panel per verb and load. */
async function picture(points: readonly Point[]): Promise<string> {
  const values = points.flatMap((point) => {
    const panel = `${point.verb}, ${point.load}`;
    const throughput = { panel, system: point.system, measure: 'operations/s', value: point.operationsPerSecond };
    const latencies = (['50', '99', '99.9'] as const).map((percentile) => {
      return { panel, system: point.system, measure: `p${percentile} ms`, value: point.latencyMs[percentile] };
    });
    return [throughput, ...latencies];
  });
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    title: machine(),
    data: { values },
    facet: {
      row: { field: 'panel', type: 'nominal', sort: null, title: null, header: { labelAngle: 0, labelAlign: 'left' } },
      column: { field: 'measure', type: 'nominal', sort: null, title: null },
    },
    spec: {
      width: 180,
      height: { step: 16 },
      mark: 'bar',
      encoding: {
        y: { field: 'system', type: 'nominal', sort: null, title: null },
        x: { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 4, format: '~s' } },
        color: { field: 'system', type: 'nominal', sort: null, legend: null },
      },
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
