/** What a search came to, for people. */
import type { Bound, CheckResult, Finding } from '../../verification/model-checker/index.ts';
import { counted, shownDuration } from './amounts.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

const BOUNDS: Record<Bound, string> = {
  depth: 'states at the greatest depth were not left (--depth)',
  states: 'it stopped after so many states (--states)',
  time: 'time was up (--seconds)',
  interrupted: 'it was interrupted',
  model: 'the model bounds its own states, and some steps led out of them',
};

export function shownCount(count: number): string {
  return count.toLocaleString('en-US');
}

export function shownRate(generated: number, tookMs: number): string {
  return `${shownCount(Math.round((generated / Math.max(tookMs, 1)) * 1_000))} generated/s`;
}

/** `0.26 s`, and longer times as everywhere. */
export function shownTime(tookMs: number): string {
  return tookMs < 60_000 ? `${(tookMs / 1_000).toFixed(2)} s` : shownDuration(tookMs);
}

export function checkReport(result: CheckResult<unknown, unknown>, tookMs: number, paint: Paint): string {
  const { states, generated, depth, order, threads, findings, verdict, bounds } = result;
  const size = `${shownCount(states)} states, ${shownCount(generated)} generated, depth ${depth}, ${shownCount(result.ends)} of them ends`;
  const how = `${order.replace('-', ' ')}, ${counted(threads, 'thread')}, reductions: ${reductionsOf(result)}`;
  const rows = findings.map((finding) => [finding.verdict, finding.kind, finding.property, remark(finding)]);
  const judged = table([['', '', 'property', ''], ...rows], paint, (text, row, column) =>
    column === 0 ? painted(paint, findings[row]?.verdict)(text) : text,
  );
  const odds = result.collisionOdds < 1e-15 ? 'less than 1 in 10^15' : `at most ${result.collisionOdds.toPrecision(1)}`;
  const conclusion: Record<typeof verdict, string> = {
    holds: `${paint.green('complete')}: every state was searched; odds that two were confused: ${odds}`,
    bounded: `${paint.yellow('not complete')}: no violation was found, but ${bounds.map((bound) => BOUNDS[bound]).join('; ')}`,
    violated: paint.red('violated'),
  };
  return `${result.model}\n${size}\n${shownTime(tookMs)}, ${shownRate(generated, tookMs)}; ${how}\n\n${judged}\n${conclusion[verdict]}\n`;
}

function reductionsOf({ reductions }: CheckResult<unknown, unknown>): string {
  if (reductions === 'held-back') return 'held back, since they do not keep what holds eventually';
  return reductions === 'off' ? 'off' : reductions.join(', ') || 'none in the model';
}

function remark(finding: Finding<unknown, unknown>): string {
  if (finding.verdict === 'unreached') return 'in no state at all';
  if (!('run' in finding) || finding.run === undefined) return '';
  const { steps, loopsTo } = finding.run;
  const after = `after ${counted(steps.length, 'step')}`;
  return loopsTo === undefined ? after : `${after}, of which the last ${steps.length - loopsTo} go on for ever`;
}

function painted(paint: Paint, verdict: Finding<unknown, unknown>['verdict'] | undefined): (text: string) => string {
  if (verdict === 'holds') return paint.green;
  return verdict === 'undecided' ? paint.yellow : paint.red;
}

/** For those who read JSON. */
export function checkAsJson(
  result: CheckResult<unknown, unknown>,
  tookMs: number,
  describe: (action: unknown) => string,
): object {
  const findings = result.findings.map((finding) => ({
    property: finding.property,
    kind: finding.kind,
    verdict: finding.verdict,
    ...('run' in finding && finding.run !== undefined
      ? {
          steps: finding.run.steps.map(({ action }) => describe(action)),
          ...(finding.run.loopsTo === undefined ? {} : { loopsTo: finding.run.loopsTo }),
        }
      : {}),
  }));
  return { ...result, findings, tookMs: Math.round(tookMs) };
}
