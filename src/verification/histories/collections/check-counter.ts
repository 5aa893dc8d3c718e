/**
 * A counter judged at each read, as Jepsen's checker `counter` does: a read is at least the sum of what was acknowledged before it
 * began, and at most the sum of what had been tried when it returned. With decrements it is the other way round for those.
 */
import { byKey, ofKey } from '../by-key.ts';
import { type Finding, type Judgement, judgementOf } from '../finding.ts';
import { type History, type Operation, shownValue } from '../history.ts';
import { checkShapes, unknownKind } from '../well-formed.ts';

const KINDS = ['add', 'read'];

/** `add` amount, which may be negative; `read` -> sum. With keys there is a counter for each. @throws QuorateError `bad-history`. */
export function checkCounter(history: History): Judgement {
  checkShapes(history, problemOf);
  const findings: Finding[] = [];
  const figures = { adds: 0, reads: 0, 'out of bounds': 0 };
  for (const [key, operations] of byKey(history.operations)) {
    const adds = operations.filter(({ kind, outcome }) => kind === 'add' && outcome !== 'fail');
    const reads = operations.filter(({ kind, outcome }) => kind === 'read' && outcome === 'ok');
    figures.adds += adds.length;
    figures.reads += reads.length;
    const bounds = boundsAt(adds);
    for (const read of reads) {
      const value = numberOf(read.output);
      const { least, most } = bounds(read);
      if (value >= least && value <= most) continue;
      figures['out of bounds']++;
      findings.push({
        anomaly: 'counter out of bounds',
        ...(key === undefined ? {} : { key }),
        explanation: `The read${ofKey(key)} by process ${read.process} at ${read.invocationMs} ms returned ${value}; by then it was from ${least} to ${most}.`,
        operations: [read],
      });
    }
  }
  return judgementOf(findings, figures);
}

interface Step {
  readonly atMs: number;
  /** The sum of all steps up to and with this one. */
  readonly sum: number;
}

function boundsAt(adds: readonly Operation[]): (read: Operation) => { readonly least: number; readonly most: number } {
  const acknowledged = adds.filter(({ outcome }) => outcome === 'ok');
  const sums = (operations: readonly Operation[], at: 'invocationMs' | 'responseMs', sign: 1 | -1): Step[] => {
    const those = operations.filter(({ input }) => numberOf(input) * sign > 0);
    those.sort((one, other) => (one[at] ?? 0) - (other[at] ?? 0));
    let sum = 0;
    return those.map((operation) => {
      sum += numberOf(operation.input);
      return { atMs: operation[at] ?? 0, sum };
    });
  };
  const sure = { up: sums(acknowledged, 'responseMs', 1), down: sums(acknowledged, 'responseMs', -1) };
  const tried = { up: sums(adds, 'invocationMs', 1), down: sums(adds, 'invocationMs', -1) };
  return ({ invocationMs, responseMs = Number.POSITIVE_INFINITY }) => ({
    least: sumUntil(sure.up, (atMs) => atMs < invocationMs) + sumUntil(tried.down, (atMs) => atMs <= responseMs),
    most: sumUntil(tried.up, (atMs) => atMs <= responseMs) + sumUntil(sure.down, (atMs) => atMs < invocationMs),
  });
}

/** Steps are in order of time: the last for which it holds, by halving. */
function sumUntil(steps: readonly Step[], holds: (atMs: number) => boolean): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(steps[middle]?.atMs ?? Number.POSITIVE_INFINITY)) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.sum ?? 0;
}

function numberOf(value: Operation['input']): number {
  return typeof value === 'number' ? value : 0;
}

function problemOf(operation: Operation): string | undefined {
  const { kind, input, output, outcome } = operation;
  if (!KINDS.includes(kind)) return unknownKind('counter', operation, KINDS);
  if (kind === 'add')
    return typeof input === 'number' ? undefined : `has an add of ${shownValue(input ?? null)}, which is no number`;
  if (outcome !== 'ok' || typeof output === 'number') return undefined;
  return `has a read that returned ${shownValue(output ?? null)}, which is no number`;
}
