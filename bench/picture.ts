/** A picture of the points: bars of throughput, and below them a curve of latency by percentile for each load. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Point } from './load.ts';

const COLUMNS = 3;

/** Half of the requests are slower than at 2, one of a hundred than at 100: equal distances for the rare ones. */
function rarity(percentile: number): number {
  return 100 / (100 - percentile);
}

/** @returns an SVG document. */
export async function picture(points: readonly Point[], title: string): Promise<string> {
  const bars = points.map((point) => {
    return { panel: panelOf(point), system: point.system, value: point.operationsPerSecond };
  });
  const curves = points.flatMap((point) =>
    point.curve.map(([percentile, milliseconds]) => {
      return { panel: panelOf(point), system: point.system, rarity: rarity(percentile), milliseconds };
    }),
  );
  const facet = { field: 'panel', type: 'nominal', sort: null, title: null } as const;
  const color = { field: 'system', type: 'nominal', sort: null, title: null } as const;
  const spec: TopLevelSpec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    title,
    vconcat: [
      {
        title: 'Operations per second',
        data: { values: bars },
        facet,
        columns: COLUMNS,
        spec: {
          width: 220,
          height: { step: 16 },
          mark: 'bar',
          encoding: {
            y: { field: 'system', type: 'nominal', sort: null, title: null },
            x: { field: 'value', type: 'quantitative', title: null, axis: { tickCount: 4, format: '~s' } },
            color: { ...color, legend: null },
          },
        },
        resolve: { scale: { x: 'independent', y: 'independent' } },
      },
      {
        title: 'Latency in milliseconds by percentile',
        data: { values: curves },
        facet,
        columns: COLUMNS,
        spec: {
          width: 220,
          height: 130,
          mark: { type: 'line', point: { size: 12 } },
          encoding: {
            x: {
              field: 'rarity',
              type: 'quantitative',
              title: null,
              scale: { type: 'log' },
              axis: {
                values: [2, 10, 100, 1000, 10_000, 100_000],
                labelExpr: "format(100 - 100 / datum.value, '.6~f')",
                labelOverlap: true,
              },
            },
            y: { field: 'milliseconds', type: 'quantitative', title: null, scale: { type: 'log' }, axis: { format: '~g' } },
            color,
          },
        },
      },
    ],
    resolve: { scale: { color: 'shared' } },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}

function panelOf(point: Point): string {
  return `${point.verb}, ${point.load}`;
}
