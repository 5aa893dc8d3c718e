/** Every protocol in every configuration that the documentation tells of, by both orders, with and without reductions. */
import { check } from '../../verification/model-checker/index.ts';
import { type CheckedConfiguration, checkedConfigurations, modelNamed } from '../../verification/models/index.ts';
import { shownCount, shownTime } from './check-report.ts';

export interface CheckedRow {
  readonly configuration: CheckedConfiguration;
  readonly model: string;
  readonly verdict: 'holds' | 'bounded' | 'violated';
  readonly states: number;
  /** The published number, if there is one, is what was found in both orders without reductions. */
  readonly isAsPublished: boolean | undefined;
  readonly depthFirstStates: number;
  /** With the model's reductions; undefined if it has none that its properties allow. */
  readonly reducedStates: number | undefined;
  readonly generated: number;
  readonly depth: number;
  readonly tookMs: number;
  readonly properties: readonly string[];
}

/** One after the other; the time is of the search breadth first without reductions. */
export function* checkAll(now: () => number): Iterable<CheckedRow> {
  for (const configuration of checkedConfigurations) {
    const model = modelNamed(configuration);
    const started = now();
    const whole = check(model, { reductions: false });
    const tookMs = now() - started;
    const depthFirst = check(modelNamed(configuration), { reductions: false, order: 'depth-first' });
    const reduced = check(modelNamed(configuration), { statesOnly: true });
    const verdicts = [whole.verdict, depthFirst.verdict, reduced.verdict];
    const isReduced = Array.isArray(reduced.reductions) && reduced.reductions.length > 0;
    const { published } = configuration;
    yield {
      configuration,
      model: whole.model,
      // Searches that disagree are a defect of the checker: the worst is told.
      verdict: verdicts.includes('violated') ? 'violated' : verdicts.includes('bounded') ? 'bounded' : 'holds',
      states: whole.states,
      isAsPublished: published === undefined ? undefined : whole.states === published && depthFirst.states === published,
      depthFirstStates: depthFirst.states,
      reducedStates: isReduced ? reduced.states : undefined,
      generated: whole.generated,
      depth: whole.depth,
      tookMs,
      properties: whole.findings.map(({ property }) => property),
    };
  }
}

export const CHECKED_HEADING = [
  'model',
  'states',
  'published',
  'depth first',
  'reduced',
  'generated',
  'depth',
  'time',
  'verdict',
];

export function checkedRow(row: CheckedRow): string[] {
  const { configuration, isAsPublished } = row;
  const published = configuration.published === undefined ? '' : shownCount(configuration.published);
  return [
    row.model,
    shownCount(row.states),
    isAsPublished === false ? `${published} (differs)` : published,
    shownCount(row.depthFirstStates),
    row.reducedStates === undefined ? '' : shownCount(row.reducedStates),
    shownCount(row.generated),
    String(row.depth),
    shownTime(row.tookMs),
    row.verdict,
  ];
}

export function asMarkdown(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...rest] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(heading), `|${heading.map(() => '---').join('|')}|`, ...rest.map(line)].join('\n')}\n`;
}
