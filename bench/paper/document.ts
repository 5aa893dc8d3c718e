/** docs/paper: the results of each study as a file of its own, and a page made of all of them, so that each can be run alone. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from '../report.ts';
import { draw, THEMES } from './plot.ts';
import type { Comparison, Outcome, Source, Study, Table } from './study.ts';

const DIRECTORY = join(import.meta.dirname, '../../docs/paper');
const RESULTS = join(DIRECTORY, 'results');

/** A study's outcome as it is kept. */
interface Result extends Pick<Outcome, 'comparisons' | 'notes' | 'tables'> {
  readonly name: string;
  readonly title: string;
  readonly source: Source;
  readonly command: string;
  readonly machine: string;
  readonly on: string;
  readonly plots: readonly { readonly name: string; readonly caption: string }[];
}

export async function keep(study: Study, outcome: Outcome): Promise<void> {
  mkdirSync(RESULTS, { recursive: true });
  const { name, title, source } = study;
  for (const plot of outcome.plots) {
    for (const theme of THEMES) writeFileSync(join(DIRECTORY, `${plot.name}.${theme}.svg`), `${await draw(plot.spec, theme)}\n`);
  }
  const result: Result = {
    name,
    title,
    source,
    command: `npm run paper -- --only ${name}`,
    machine: machine(),
    on: new Date().toISOString().slice(0, 'yyyy-mm-dd'.length),
    comparisons: outcome.comparisons,
    tables: outcome.tables,
    notes: outcome.notes,
    plots: outcome.plots.map((plot) => ({ name: plot.name, caption: plot.caption })),
  };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Write the page anew from the results at hand, in the order of the studies. */
export function writePage(studies: readonly Study[]): void {
  const kept = new Set(readdirSync(RESULTS));
  const results = studies.filter(({ name }) => kept.has(`${name}.json`)).map(({ name }) => read(name));
  writeFileSync(join(DIRECTORY, 'README.md'), page(results));
}

/** What {@link keep} has written. */
function read(name: string): Result {
  return JSON.parse(readFileSync(join(RESULTS, `${name}.json`), 'utf8')) as Result;
}

function page(results: readonly Result[]): string {
  const comparisons = results.flatMap((result) =>
    result.comparisons.map((comparison) => [`[${result.title}](#${result.name})`, ...comparisonCells(comparison)]),
  );
  return [
    "# The Dynamo paper's evaluation, made again",
    '',
    'DeCandia et al., "Dynamo: Amazon\'s Highly Available Key-value Store", SOSP 2007, section 6. This page, its plots and `results/` are',
    'written by `npm run paper`; `npm run paper -- --only figure-8,table-2` makes single ones anew. **Ratios and orders are what must agree**,',
    "not milliseconds: the paper's machines are of 2006 and unnamed, its clusters have hundreds of nodes, ours is one machine or a simulator.",
    '',
    '*Computed* and *simulated* figures come from a seed and are the same on each machine; *measured* ones come from real processes.',
    '',
    '## What agrees',
    '',
    ...tableLines({ caption: '', head: ['', 'statement', 'paper', 'here', 'agrees'], rows: comparisons }),
    ...results.flatMap(section),
  ].join('\n');
}

function comparisonCells({ what, paper, ours, agrees, why }: Comparison): string[] {
  return [what, paper, ours, `${agrees ? 'yes' : '**no**'}${why === undefined ? '' : `: ${why}`}`];
}

function section(result: Result): string[] {
  return [
    '',
    `<a id="${result.name}"></a>`,
    '',
    `## ${result.title}`,
    '',
    `${result.source[0]?.toUpperCase()}${result.source.slice(1)}, ${result.on}: \`${result.command}\``,
    ...(result.source === 'measured' ? ['', `Machine: ${result.machine}.`] : []),
    ...result.plots.flatMap(({ name, caption }) => [
      '',
      '<picture>',
      `  <source media="(prefers-color-scheme: dark)" srcset="${name}.dark.svg">`,
      `  <img alt="${caption}" src="${name}.light.svg">`,
      '</picture>',
    ]),
    ...result.tables.flatMap((table) => ['', table.caption, '', ...tableLines(table)]),
    ...result.notes.flatMap((note) => ['', note]),
    '',
  ];
}

function tableLines({ head, rows }: Table): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
