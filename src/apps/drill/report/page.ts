/** The report of a drill: one page that needs nothing else. */
import type { Finding, History, Operation } from '../../../verification/histories/index.ts';
import { drawHistory } from '../../../verification/pictures/index.ts';
import { describeFault } from '../fault.ts';
import type { HappenedFault } from '../measure.ts';
import { type Bucket, bucketsOf, endedOperations, type Observation, observe } from '../measure.ts';
import type { HappenedChange } from '../ring-changes/index.ts';
import type { Check, Verdict } from '../verdict.ts';
import { changeTable } from './change-table.ts';
import { escaped } from './escaped.ts';
import { errorsPlot, latencyPlot, throughputPlot } from './plot.ts';
import { REPORT_STYLE } from './style.ts';

export interface DrillReport {
  readonly seed: string;
  /** The command that repeats the plan. */
  readonly command: string;
  /** When it began, for people. */
  readonly begun: string;
  readonly nodes: readonly string[];
  readonly clients: number;
  readonly means: string;
  /** Kinds of faults that were left out, with why. */
  readonly leftOut: readonly string[];
  /** What all clients did with siblings' keys, and that of those who share them, for the plots. */
  readonly history: History;
  readonly shared: History;
  readonly registers: History | undefined;
  readonly faults: readonly HappenedFault[];
  readonly changes: readonly HappenedChange[];
  readonly lengthMs: number;
  readonly verdict: Verdict;
}

const LONG_MS = 20_000;
const BUCKET_MS = 1_000;
const SHORT_BUCKET_MS = 250;
const MOST_DRAWN = 5;
const MOST_REMARKS = 20;
const SHOWN_BEFORE = 6;
const SHOWN_BEHIND = 14;

/** @returns HTML, with the plots as SVG within. */
export function drawReport(report: DrillReport): string {
  const { verdict, history, shared, lengthMs, faults } = report;
  const ended = endedOperations(shared);
  const buckets: readonly Bucket[] = bucketsOf(ended, lengthMs, lengthMs > LONG_MS ? BUCKET_MS : SHORT_BUCKET_MS);
  const input = { buckets, faults, lengthMs };
  const title = `Drill ${report.seed}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p><span class="verdict ${verdict.ok ? 'ok' : 'violation'}">${verdict.ok ? 'all promises kept' : 'violation'}</span>
<span class="soft">${report.nodes.length} nodes · ${report.clients} clients · ${history.operations.length.toLocaleString('en-GB')} operations · ${(lengthMs / 1_000).toFixed(1)} s · ${escaped(report.begun)}</span></p>
<p class="soft">${escaped(report.means)}${report.leftOut.map((line) => `<br>${escaped(line)}`).join('')}</p>
<p><code>${escaped(report.command)}</code> <span class="soft">repeats the plan; what the machine makes of it is new each time.</span></p>
<section>${throughputPlot(input)}
${latencyPlot(input)}
${errorsPlot(input)}</section>
${faultTable(observe(ended, faults, lengthMs))}
${changeTable(report.changes)}
${checkTable(verdict.checks)}
${violations(report)}
</main>
</body>
</html>
`;
}

function faultTable(observations: readonly Observation[]): string {
  if (observations.length === 0) return '';
  const rows = observations.map(({ happened, before, during, errors, silenceMs, recoveryMs }, index) => {
    const { fault, beganMs, endedMs, failure, remark } = happened;
    const cells = [
      number(`${(beganMs / 1_000).toFixed(1)} s`),
      number(`${((endedMs - beganMs) / 1_000).toFixed(1)} s`),
      number(`${Math.round(before)}/s`),
      number(`${Math.round(during)}/s`),
      number(`${errors}`),
      number(`${Math.round(silenceMs)} ms`),
      number(recoveryMs === undefined ? 'not before the next, or the end' : `${Math.round(recoveryMs)} ms`),
    ];
    const note = failure === undefined ? remark : `could not be done: ${failure}`;
    const told = note === undefined ? '' : `<br><span class="soft">${escaped(note)}</span>`;
    return `<tr><td>${index + 1}</td><td><span class="chip ${fault.kind}"></span>${escaped(describeFault(fault))}${told}</td>${cells.join('')}</tr>`;
  });
  const heads = ['at', 'for', 'before', 'during', 'errors', 'longest silence', 'back to 80 % after its end'];
  return `<section><h2>Faults</h2><div class="table"><table>
<tr><th></th><th>fault</th>${heads.map((head) => `<th class="number">${head}</th>`).join('')}</tr>
${rows.join('\n')}
</table></div></section>`;
}

function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ name, looked, broken, proof, missing }) => {
    const style = broken > 0 ? 'violation' : missing === undefined ? 'ok' : 'soft';
    const verdict =
      broken > 0 ? `broken ${broken === 1 ? 'once' : `${broken} times`}` : missing === undefined ? 'kept' : 'kept as far as seen';
    const more = missing === undefined ? '' : `<br><span class="soft">${escaped(missing)}</span>`;
    return `<tr><td>${proof ?? ''}</td><td>${escaped(name)}</td><td>${escaped(looked)}${more}</td><td class="${style}">${verdict}</td></tr>`;
  });
  return `<section><h2>Promises</h2><div class="table"><table>
<tr><th>proof</th><th>promise</th><th>looked at</th><th>verdict</th></tr>
${rows.join('\n')}
</table></div></section>`;
}

function violations({ verdict, history, registers }: DrillReport): string {
  const { judgement, remarks } = verdict;
  const findings = [
    ...judgement.findings.map((finding) => ({ finding, of: history })),
    ...(verdict.registers?.findings ?? []).map((finding) => ({ finding, of: registers ?? history })),
  ];
  if (findings.length === 0 && remarks.length === 0) return '';
  const told = remarks.slice(0, MOST_REMARKS).map((remark) => `<p>${escaped(remark)}</p>`);
  const drawn = findings.slice(0, MOST_DRAWN).map(({ finding, of }) => picture(finding, of));
  const more = findings.length - drawn.length;
  return `<section><h2>Violations</h2>
${told.join('\n')}
${drawn.join('\n')}
${more > 0 ? `<p class="soft">and ${more} more</p>` : ''}
</section>`;
}

/** The timeline of the key, a page within the page. */
function picture(finding: Finding, { operations }: History): string {
  const those = around(
    finding,
    operations.filter(({ key }) => key === finding.key),
  );
  const judgement = { verdict: 'violation', findings: [finding], figures: { operations: those.length } } as const;
  const page = drawHistory({ operations: those }, judgement, { title: `Key ${finding.key ?? ''}` });
  return `<p><strong>${escaped(finding.anomaly)}</strong></p><iframe title="timeline" srcdoc="${escaped(page)}"></iframe>`;
}

/** Some before and behind each operation that the finding speaks of: a key may have seen hundreds. */
function around(finding: Finding, operations: readonly Operation[]): readonly Operation[] {
  const places = finding.operations.map((operation) => operations.indexOf(operation));
  return operations.filter((_unused, index) =>
    places.some((place) => index >= place - SHOWN_BEFORE && index <= place + SHOWN_BEHIND),
  );
}

function number(text: string): string {
  return `<td class="number">${escaped(text)}</td>`;
}
