/** Throughput and latency over time as SVG, the faults as bands behind; colours are the page's, so that they follow day and night. */
import type { Bucket, HappenedFault } from '../measure.ts';
import { linearTicks, logarithmicTicks, shortNumber } from './axis.ts';
import { escaped } from './escaped.ts';

export interface PlotInput {
  readonly buckets: readonly Bucket[];
  readonly faults: readonly HappenedFault[];
  readonly lengthMs: number;
}

interface Series {
  readonly name: string;
  readonly style: string;
  readonly points: readonly (readonly [atMs: number, value: number] | undefined)[];
  readonly filled?: boolean;
  readonly bars?: boolean;
}

interface Plot extends PlotInput {
  readonly label: string;
  readonly series: readonly Series[];
  readonly ticks: readonly number[];
  /** Share of the height, 0 at the bottom. */
  scale(value: number): number;
  readonly unit: string;
  readonly height: number;
}

const WIDTH = 1080;
const HEIGHT = 230;
const ERRORS_HEIGHT = 120;
const LEFT = 52;
const RIGHT = 12;
const TOP = 30;
const BOTTOM = 26;
const TIME_TICKS = 10;
const LETTER = 6.6;

export function throughputPlot(input: PlotInput): string {
  const { buckets } = input;
  const ticks = linearTicks(Math.max(1, ...buckets.map(({ throughput }) => throughput)), 4);
  const most = ticks.at(-1) ?? 1;
  const series: Series[] = [
    { name: 'acknowledged', style: 'good', points: buckets.map((one) => [middle(one), one.throughput]), filled: true },
  ];
  return draw({
    ...input,
    label: 'operations per second',
    series,
    ticks,
    scale: (value) => value / most,
    unit: '/s',
    height: HEIGHT,
  });
}

/** On a scale of their own: a few among thousands matter. */
export function errorsPlot(input: PlotInput): string {
  const { buckets } = input;
  const ticks = linearTicks(Math.max(2, ...buckets.map(({ errors }) => errors)), 2);
  const most = ticks.at(-1) ?? 1;
  const points = buckets.map((one): readonly [number, number] => [middle(one), one.errors]);
  const series: Series[] = [{ name: 'failed or of unknown outcome', style: 'bad', points, bars: true }];
  return draw({ ...input, label: 'errors', series, ticks, scale: (value) => value / most, unit: '', height: ERRORS_HEIGHT });
}

export function latencyPlot(input: PlotInput): string {
  const { buckets } = input;
  const latencies = buckets.flatMap(({ latency }) => (latency === undefined ? [] : [latency]));
  const least = Math.max(0.01, Math.min(10, ...latencies.map(({ p50 }) => p50)));
  const ticks = logarithmicTicks(least, Math.max(1, ...latencies.map(({ most }) => most)));
  const [low, high] = [Math.log10(ticks[0] ?? 1), Math.log10(ticks.at(-1) ?? 10)];
  const line = (name: string, style: string, of: (latency: NonNullable<Bucket['latency']>) => number): Series => ({
    name,
    style,
    points: buckets.map((one) => (one.latency === undefined ? undefined : [middle(one), of(one.latency)])),
  });
  return draw({
    ...input,
    label: 'latency in milliseconds',
    series: [
      line('maximum', 'most', ({ most }) => most),
      line('p99', 'rare', ({ p99 }) => p99),
      line('p50', 'good', ({ p50 }) => p50),
    ],
    ticks,
    scale: (value) => (Math.log10(Math.max(value, ticks[0] ?? 1)) - low) / (high - low),
    unit: ' ms',
    height: HEIGHT,
  });
}

/** From what is shown to where it lies. */
interface Place {
  readonly height: number;
  x(atMs: number): number;
  y(value: number): number;
}

function draw(plot: Plot): string {
  const { label, lengthMs, series, ticks, scale, height } = plot;
  const x = (atMs: number): number => round(LEFT + ((WIDTH - LEFT - RIGHT) * Math.min(atMs, lengthMs)) / lengthMs);
  const y = (value: number): number => round(height - BOTTOM - (height - TOP - BOTTOM) * scale(value));
  const parts = [
    ...plot.faults.map((fault, index) => band(fault, index, { x, height })),
    ...ticks.map(
      (value) =>
        `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>` +
        `<text class="tick" x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${shortNumber(value)}</text>`,
    ),
    ...linearTicks(lengthMs / 1_000, TIME_TICKS)
      .filter((seconds) => seconds * 1_000 <= lengthMs)
      .map(
        (seconds) =>
          `<text class="tick" x="${x(seconds * 1_000)}" y="${height - 8}" text-anchor="middle">${shortNumber(seconds)} s</text>`,
      ),
    ...series.map((one) => (one.bars === true ? bars(one, plot, { x, y }) : lines(one, { x, y, height }))),
    ...hovers(plot, x),
  ];
  const legend = series.map(({ name, style }) => `<span><i class="${style}"></i>${name}</span>`).join('');
  return `<figure><figcaption>${label}<span class="legend">${legend}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label} over time">
${parts.join('\n')}
</svg></figure>`;
}

function band({ fault, beganMs, endedMs }: HappenedFault, index: number, { x, height }: Pick<Place, 'x' | 'height'>): string {
  const [from, to] = [x(beganMs), x(endedMs)];
  const long = `${index + 1} ${fault.kind}`;
  const label = long.length * LETTER <= to - from ? long : `${index + 1}`;
  return (
    `<rect class="band ${fault.kind}" x="${from}" y="${TOP - 18}" width="${Math.max(2, round(to - from))}" height="${height - TOP - BOTTOM + 18}"/>` +
    `<text class="fault ${fault.kind}" x="${round((from + to) / 2)}" y="${TOP - 6}" text-anchor="middle">${escaped(label)}</text>`
  );
}

/** A gap where there is no value: a line across it would be a lie. */
function lines({ style, points, filled = false }: Series, { x, y, height }: Place): string {
  const runs: (readonly [number, number])[][] = [[]];
  for (const point of points) {
    if (point === undefined) runs.push([]);
    else runs.at(-1)?.push([x(point[0]), y(point[1])]);
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const path = run.map(([left, top], index) => `${index === 0 ? 'M' : 'L'}${left} ${top}`).join('');
      const bottom = height - BOTTOM;
      const area = filled
        ? `<path class="area ${style}" d="${path}L${run.at(-1)?.[0] ?? 0} ${bottom}L${run[0]?.[0] ?? 0} ${bottom}Z"/>`
        : '';
      const alone =
        run.length === 1 ? `<circle class="dot ${style}" cx="${run[0]?.[0] ?? 0}" cy="${run[0]?.[1] ?? 0}" r="2"/>` : '';
      return `${area}<path class="line ${style}" d="${path}"/>${alone}`;
    })
    .join('');
}

function bars({ style, points }: Series, { buckets }: PlotInput, { x, y }: Pick<Place, 'x' | 'y'>): string {
  return buckets
    .flatMap(({ fromMs, toMs }, index) => {
      const value = points[index]?.[1] ?? 0;
      const width = Math.max(1, x(toMs) - x(fromMs) - 2);
      return value === 0
        ? []
        : [
            `<rect class="bar ${style}" x="${round(x(fromMs) + 1)}" y="${y(value)}" width="${round(width)}" height="${round(y(0) - y(value))}"/>`,
          ];
    })
    .join('');
}

/** The figures of the moment under the pointer. */
function hovers({ buckets, series, unit, height }: Plot, x: (atMs: number) => number): readonly string[] {
  return buckets.map(({ fromMs, toMs }, index) => {
    const figures = series.flatMap(({ name, points }) => {
      const value = points[index]?.[1];
      return value === undefined ? [] : [`${name} ${shortNumber(value)}${unit}`];
    });
    const title = [`${fromMs / 1_000} to ${toMs / 1_000} s`, ...figures].join('\n');
    return `<rect class="hover" x="${x(fromMs)}" y="${TOP}" width="${round(Math.max(0, x(toMs) - x(fromMs)))}" height="${height - TOP - BOTTOM}"><title>${escaped(title)}</title></rect>`;
  });
}

function middle({ fromMs, toMs }: Bucket): number {
  return (fromMs + toMs) / 2;
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
