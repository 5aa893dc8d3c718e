/** Figure 8: the three partitioning strategies with equal metadata. */
import { evenEfficiency, NODES, PLACEMENTS, positions, REPLICAS, type Strategy, skewedEfficiency } from './efficiency.ts';
import { type Popularity, shareOfMostPopular, shares } from './popularity.ts';
import { type Spread, spreadOf, spreadText } from './spread.ts';
import type { Comparison, Outcome, Study } from './study.ts';

const ENTRIES = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];
const SEEDS = 12;
const STRATEGIES = Object.keys(PLACEMENTS) as Strategy[];
const EVEN = 'even';

const KEYS = 100_000;
const SKEWED: readonly Popularity[] = [
  { name: 'skewed, many popular keys', keys: KEYS, exponent: 1.5, flat: 2_000 },
  { name: 'skewed, few popular keys (Zipf 0.99)', keys: KEYS, exponent: 0.99, flat: 0 },
];

interface Cell {
  readonly load: string;
  readonly strategy: Strategy;
  readonly entries: number;
  readonly efficiency: Spread;
}

export const FIGURE_8: Study = {
  name: 'figure-8',
  title: 'Figure 8: balance of the three partitioning strategies',
  source: 'computed',
  run: () => outcomeOf(cells()),
};

function cells(): Cell[] {
  const loads = SKEWED.map((popularity) => ({ name: popularity.name, shares: shares(popularity) }));
  const at = Array.from({ length: SEEDS }, (_, seed) => positions(KEYS, seed));
  return STRATEGIES.flatMap((strategy) =>
    ENTRIES.flatMap((entries) => {
      const placements = at.map((_, seed) => PLACEMENTS[strategy](entries, seed));
      const cell = (load: string, efficiencyOf: (way: number, seed: number) => number): Cell => {
        // Of several ways to spend the entries, the one that is best on the average of the seeds.
        const ways = (placements[0] ?? []).map((_, way) => spreadOf(at.map((_keys, seed) => efficiencyOf(way, seed))));
        const efficiency = ways.reduce((best, way) => (way.mean > best.mean ? way : best));
        return { load, strategy, entries, efficiency };
      };
      return [
        cell(EVEN, (way, seed) => evenEfficiency(placements[seed]![way]!, seed)),
        ...loads.map(({ name, shares: weights }) =>
          cell(name, (way, seed) => skewedEfficiency(placements[seed]![way]!, at[seed]!, weights)),
        ),
      ];
    }),
  );
}

function outcomeOf(all: readonly Cell[]): Outcome {
  const loads = [EVEN, ...SKEWED.map(({ name }) => name)];
  return {
    comparisons: loads.map((load) => compare(load, all)),
    plots: [plot(all)],
    tables: loads.map((load) => ({
      caption: `Load-balancing efficiency, requests ${load}: mean of ${SEEDS} seeds (least-most)`,
      head: ['entries per node', ...STRATEGIES],
      rows: ENTRIES.map((entries) => [
        entries.toLocaleString('en'),
        ...STRATEGIES.map((strategy) => spreadText(find(all, load, strategy, entries).efficiency)),
      ]),
    })),
    notes: notes(),
  };
}

function find(all: readonly Cell[], load: string, strategy: Strategy, entries: number): Cell {
  return all.find((cell) => cell.load === load && cell.strategy === strategy && cell.entries === entries)!;
}

function compare(load: string, all: readonly Cell[]): Comparison {
  const efficiency = (strategy: Strategy, entries: number): number => find(all, load, strategy, entries).efficiency.mean;
  const inOrder = ENTRIES.filter(
    (entries) =>
      efficiency('strategy 3', entries) > efficiency('strategy 1', entries) &&
      efficiency('strategy 1', entries) > efficiency('strategy 2', entries),
  );
  const agrees = inOrder.length === ENTRIES.length;
  const middle = 1024;
  const values = STRATEGIES.map((strategy) => efficiency(strategy, middle).toFixed(2));
  return {
    what: `strategy 3 balances better than 1, and 1 better than 2, with equal metadata; requests ${load}`,
    paper: '3 > 1 > 2 (values are only plotted)',
    ours: `so for ${inOrder.length} of ${ENTRIES.length} sizes; with ${middle.toLocaleString('en')} entries 1, 2, 3: ${values.join(', ')}`,
    agrees,
    ...(agrees
      ? {}
      : { why: 'a few keys have more requests than fit on an evenly loaded node, whoever holds them; see the table' }),
  };
}

function notes(): string[] {
  const described = SKEWED.map((popularity) => {
    const part = shareOfMostPopular(shares(popularity), 0.1);
    return `"${popularity.name}": ${KEYS.toLocaleString('en')} keys, share of rank k in proportion to 1/(k+${popularity.flat})^${popularity.exponent}; the most popular tenth gets ${Math.round(part * 100)}% of the requests`;
  });
  return [
    `S=${NODES} nodes, N=${REPLICAS}; efficiency is the mean load of the nodes divided by the load of the hottest, each request a load on all N replicas. Entries: tokens of all nodes for strategy 1, tokens and partitions for 2 (the best of three splits, one of them an eighth over the budget), partitions for 3. Our strategy 3 places each replica by itself, so that an assignment has N owners per partition; counted as N entries each, the curve moves right by a factor of three and the order stays.`,
    `The paper calls its requests skewed and gives no law. ${described.join('. ')}. With the second, the most popular key alone brings 8% of all requests to each of its replicas, where 10% is the mean of a node: no placement can balance that, which is the condition the paper's section 6.2 states ("enough keys in the popular end").`,
  ];
}

function plot(all: readonly Cell[]): Outcome['plots'][number] {
  const values = all.map(({ load, strategy, entries, efficiency }) => ({ load, strategy, entries, ...efficiency }));
  const x = {
    field: 'entries',
    type: 'quantitative',
    title: 'metadata entries per node',
    scale: { type: 'log', base: 2 },
    axis: { format: ',', values: ENTRIES.filter((_, index) => index % 2 === 0) },
  } as const;
  const y = { type: 'quantitative' as const, title: 'mean load / load of the hottest', scale: { domain: [0, 1] } };
  const color = { field: 'strategy', type: 'nominal', title: null } as const;
  return {
    name: 'figure-8',
    caption: 'Load-balancing efficiency by metadata per node: strategy 3 above strategy 1 above strategy 2',
    spec: {
      data: { values },
      facet: { field: 'load', type: 'nominal', sort: [EVEN, ...SKEWED.map(({ name }) => name)], title: null },
      columns: 3,
      spec: {
        width: 260,
        height: 220,
        layer: [
          { mark: { type: 'area', opacity: 0.18 }, encoding: { x, y: { ...y, field: 'least' }, y2: { field: 'most' }, color } },
          { mark: { type: 'line', point: { size: 22 } }, encoding: { x, y: { ...y, field: 'mean' }, color } },
        ],
      },
    },
  };
}
