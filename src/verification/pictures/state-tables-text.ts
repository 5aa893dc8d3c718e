/** The states of a run in characters: of each step who did what, what it changed, and what it sent. */
import type { Model, Trace } from '../model-checker/index.ts';
import { type Change, describeStep, type Fields, nameOf, type Sequence, sequenceOf } from './sequence.ts';

const WIDTH = 100;
const INDENT = '    ';
const GREATEST_FIELD = 30;
const BETWEEN = '  ';

/** @returns lines, each with its end. */
export function stateTablesText<State, Action>(model: Model<State, Action>, trace: Trace<State, Action>): string {
  const sequence = sequenceOf(model, trace);
  const { processes, rows, states, sendsAtStart, underWay } = sequence;
  const lines = [
    ...wholeStates('at the start', processes, states[0] ?? []),
    ...sent(sequence, 'sends', sendsAtStart),
    ...rows.flatMap(({ number, step, changes, sends }) => [
      '',
      `${number}. ${describeStep(sequence, step)}`,
      ...changed(sequence, changes),
      ...sent(sequence, 'sends', sends),
    ]),
    '',
    ...wholeStates('at the end', processes, states.at(-1) ?? []),
    ...sent(sequence, 'under way', underWay),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function changed({ processes }: Sequence, changes: readonly Change[]): string[] {
  if (changes.length === 0) return [`${INDENT}(no change)`];
  const rows = changes.map(({ process, field, before = '-', after = '-' }) => [
    `${nameOf(processes, process)} ${field}`,
    before,
    after,
  ]);
  return table([['', 'state', 'new state'], ...rows]);
}

function wholeStates(when: string, processes: readonly string[], states: readonly Fields[]): string[] {
  const rows = states.flatMap((fields, process) =>
    [...fields].map(([field, value]) => [`${nameOf(processes, process)} ${field}`, value]),
  );
  return [when, ...table(rows)];
}

function sent({ processes }: Sequence, word: string, messages: Sequence['underWay']): string[] {
  return messages.flatMap(({ from, to, text }) => {
    const [first = '', ...rest] = wrapped(`${nameOf(processes, from)} -> ${nameOf(processes, to)}: ${text}`, WIDTH - 20);
    return [`${INDENT}${word} ${first}`, ...rest.map((line) => `${INDENT}${' '.repeat(word.length + 1)}${line}`)];
  });
}

/** As wide as their contents, but for the last ones, which share what is left. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widest = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const first = Math.min(widest(0), GREATEST_FIELD);
  const left = WIDTH - INDENT.length - first - BETWEEN.length * (columns - 1);
  const share = Math.max(10, Math.floor(left / Math.max(1, columns - 1)));
  const middle = columns > 2 ? Math.min(widest(1), share) : 0;
  const widths = columns > 2 ? [first, middle, left - middle] : [first, left];
  return rows.flatMap((row) => {
    const cells = widths.map((width, column) => wrapped(row[column] ?? '', width));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_nothing, line) =>
      `${INDENT}${cells.map((cell, column) => (cell[line] ?? '').padEnd(widths[column] ?? 0)).join(BETWEEN)}`.trimEnd(),
    );
  });
}

/** At spaces if there are any. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
