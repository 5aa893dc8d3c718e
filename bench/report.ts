/** Figures as people and programs want them: a table, JSON, a picture. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Judgement } from './judge.ts';
import type { Point } from './load.ts';
import { picture } from './picture.ts';

export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${process.platform}`;
}

export const TABLE_HEAD = row(['system', 'verb', 'load', 'ops/s', 'p50 ms', 'p90', 'p99', 'p99.9', 'max', 'errors', 'stolen']);

export function tableRow(point: Point): string {
  const { latencyMs: latency } = point;
  const times = [latency['50'], latency['90'], latency['99'], latency['99.9'], latency.max].map((time) => time.toFixed(2));
  const rate = Math.round(point.operationsPerSecond).toLocaleString('en');
  const line = row([
    point.system,
    point.verb,
    point.load,
    rate,
    ...times,
    `${point.errors}`,
    `${Math.round(point.stolenShare * 100)}%`,
  ]);
  return point.firstError === undefined ? line : `${line}  ${point.firstError}`;
}

function row(cells: readonly string[]): string {
  const widths = [9, 4, 14, 9, 8, 8, 8, 8, 9, 7, 7];
  return cells.map((cell, index) => (index < 3 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' ');
}

/** A failed request is often a fast one. */
export function errorLine(points: readonly Point[]): string {
  const bad = points.filter((point) => point.errors > 0);
  if (bad.length === 0) return 'no errors';
  const errors = bad.reduce((sum, point) => sum + point.errors, 0);
  return `${errors} ERRORS in ${bad.length} of ${points.length} points: the figures of those points say nothing`;
}

/** From this share on it is said. */
const STOLEN_SHARE_MAX = 0.02;

export function stolenLine(points: readonly Point[]): string {
  const worst = Math.max(0, ...points.map((point) => point.stolenShare));
  if (worst < STOLEN_SHARE_MAX) return 'the host of this machine left it its processors';
  return `THE HOST OF THIS MACHINE TOOK up to ${Math.round(worst * 100)}% of its processors away: tails tell of that too`;
}

export interface Results {
  readonly command: string;
  readonly points: readonly Point[];
  readonly judgements: readonly Judgement[];
}

export async function save(directory: string, results: Results): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const document = { machine: machine(), at: new Date().toISOString(), ...results };
  writeFileSync(join(directory, 'results.json'), `${JSON.stringify(document, undefined, 2)}\n`);
  if (results.points.length > 0) writeFileSync(join(directory, 'results.svg'), await picture(results.points, machine()));
}
