/** Where everything of a timeline is: processes as lanes from top to bottom, time from left to right. */
import { describeCall, type Finding, type History, type Operation, type Process } from '../histories/index.ts';

/**
 * Time is not to scale: every instant at which something happens gets a column, as wide as it must be for the bars to hold their
 * words. Concurrency is what one looks for, and it would be lost in a picture that is mostly pauses.
 */
export interface Layout {
  readonly lanes: readonly Process[];
  readonly bars: readonly Bar[];
  readonly ticks: readonly { readonly x: number; readonly ms: number }[];
  readonly width: number;
  /** How many operations were left out. */
  readonly hidden: number;
}

export interface Bar {
  readonly operation: Operation;
  readonly label: string;
  readonly lane: number;
  readonly start: number;
  /** Where the response is, or where the process gave up. */
  readonly end: number;
  /** How far an operation of unknown outcome may have its effect, as far as there is room: the next bar or the edge. */
  readonly open: number;
}

const MOST_BARS = 60;
const MOST_LABEL = 40;
const CHARACTER = 7.3;
const PADDING = 18;
const GAP = 14;
const MARGIN = 16;
const TICK_EVERY = 70;
/** The room behind the last event, where open bars run out. */
const TAIL = 90;

export function layOut(history: History, finding: Finding | undefined): Layout {
  const { shown, hidden } = choose(history.operations, finding);
  const lanes = [...new Set(shown.map(({ process }) => process))].sort(byName);
  const times = [
    ...new Set(
      shown.flatMap(({ invocationMs, responseMs }) => (responseMs === undefined ? [invocationMs] : [invocationMs, responseMs])),
    ),
  ];
  times.sort((one, other) => one - other);
  const columns = columnsFor(shown, times);
  const width = (columns.get(times.at(-1) ?? 0) ?? 0) + TAIL;
  const at = (ms: number): number => columns.get(ms) ?? 0;
  const bars = shown.map((operation): Bar => {
    const label = shortened(describeCall(operation));
    const { process, invocationMs, responseMs } = operation;
    const next = shown
      .filter((one) => one.process === process && one.invocationMs > invocationMs)
      .map((one) => at(one.invocationMs));
    const open = Math.min(width - 2, ...next.map((x) => x - GAP / 2));
    const start = at(invocationMs);
    const end = responseMs === undefined ? Math.min(start + widthOf(label), open) : at(responseMs);
    return { operation, label, lane: lanes.indexOf(process), start, end, open: Math.max(open, end) };
  });
  return { lanes, bars, ticks: ticksFor(times, at), width, hidden };
}

/** Those of the finding's key, and of them those nearest to the operations it speaks of. */
function choose(operations: readonly Operation[], finding: Finding | undefined): { shown: Operation[]; hidden: number } {
  const named = new Set(finding?.operations);
  const ofKey = operations.filter((one) => named.has(one) || (finding?.key !== undefined && one.key === finding.key));
  const those = finding?.key !== undefined && operations.some(({ key }) => key === finding.key) ? ofKey : [...operations];
  const distance = (one: Operation): number => {
    if (named.has(one)) return -1;
    return Math.min(...[...named].map((other) => Math.abs(one.invocationMs - other.invocationMs)), Number.MAX_VALUE);
  };
  const near = those.map((operation) => ({ operation, far: distance(operation) })).sort((one, other) => one.far - other.far);
  const shown = near.slice(0, Math.max(MOST_BARS, named.size)).map(({ operation }) => operation);
  shown.sort((one, other) => one.invocationMs - other.invocationMs);
  return { shown, hidden: operations.length - shown.length };
}

/** Each instant as far left as the one before and the bars that end in it allow. */
function columnsFor(shown: readonly Operation[], times: readonly number[]): Map<number, number> {
  const columns = new Map<number, number>();
  let x = MARGIN - GAP;
  for (const ms of times) {
    x += GAP;
    for (const operation of shown) {
      const { invocationMs, responseMs } = operation;
      const least = widthOf(shortened(describeCall(operation)));
      if (responseMs === ms) x = Math.max(x, (columns.get(invocationMs) ?? 0) + least);
    }
    columns.set(ms, x);
  }
  return columns;
}

function ticksFor(times: readonly number[], at: (ms: number) => number): { x: number; ms: number }[] {
  const ticks: { x: number; ms: number }[] = [];
  for (const ms of times) {
    if (at(ms) - (ticks.at(-1)?.x ?? -TICK_EVERY) >= TICK_EVERY) ticks.push({ x: at(ms), ms });
  }
  return ticks;
}

function widthOf(label: string): number {
  return Math.ceil(label.length * CHARACTER) + PADDING;
}

function shortened(label: string): string {
  return label.length <= MOST_LABEL ? label : `${label.slice(0, MOST_LABEL - 1)}…`;
}

function byName(one: Process, other: Process): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return `${one}` < `${other}` ? -1 : 1;
}
