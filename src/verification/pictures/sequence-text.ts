/** A run of a model as a sequence diagram in characters, for terminals. */
import type { Model, Step, Trace } from '../model-checker/index.ts';
import { markOf, nameOf, type Sequence, type SequenceRow, sequenceOf } from './sequence.ts';

/** As wide as it gets if the processes leave room. */
const WIDTH = 100;
/** The bracket of a loop, the number of the step, the step that sent its message. */
const GUTTER = 12;
const LEAST_COLUMN = 12;
const GREATEST_COLUMN = 16;
const LEAST_WORDS = 24;
/** May run over the lifelines beside it. */
const MARK_WORDS = 24;

const MARKS = { timer: '◷', persisted: '■', crashed: '✖', internal: '●' } as const;

/** @returns lines, each with its end. */
export function sequenceText<State, Action>(model: Model<State, Action>, trace: Trace<State, Action>): string {
  const sequence = sequenceOf(model, trace);
  const room = Math.floor((WIDTH - GUTTER - LEAST_WORDS) / sequence.processes.length);
  const column = Math.max(LEAST_COLUMN, Math.min(GREATEST_COLUMN, room));
  const lines = [
    ` step  sent ${sequence.processes.map((name) => centred(name, column)).join('')}`,
    `${' '.repeat(GUTTER)}${lifelines(sequence, column).join('')}`,
    ...sequence.rows.map((row) => line(row, sequence, column)),
  ];
  if (sequence.loopsTo !== undefined) {
    lines.push(sequence.loopsTo < sequence.rows.length ? '└─ and so on, for ever' : 'and then nothing more, for ever');
  }
  return lines.map((text) => `${text.trimEnd()}\n`).join('');
}

function line(row: SequenceRow, sequence: Sequence, column: number): string {
  const { number, step, sentAt } = row;
  const { loopsTo } = sequence;
  const bracket = loopsTo === undefined || number <= loopsTo ? ' ' : number === loopsTo + 1 ? '┌' : '│';
  const since = sentAt === undefined ? '' : sentAt === 0 ? 'start' : String(sentAt);
  const cells = lifelines(sequence, column);
  const said = 'from' in step ? drawMessage(cells, step, column) : drawMark(cells, step, column);
  const used = GUTTER + cells.length;
  const rest = restOf(step, said, sequence);
  const words = rest === '' ? '' : `  ${shortened(rest, Math.max(WIDTH - used - 2, LEAST_WORDS))}`;
  return `${bracket}${String(number).padStart(4)} ${since.padStart(5)} ${cells.join('')}${words}`;
}

/** What the drawing has not said. */
function restOf(step: Step, said: string, { processes }: Sequence): string {
  if ('from' in step) return step.text.startsWith(said) ? step.text.slice(said.length).trim() : step.text;
  return said === markOf(step) ? '' : `${nameOf(processes, step.process)}: ${step.text}`;
}

function lifelines({ processes }: Sequence, column: number): string[] {
  const cells = new Array<string>(processes.length * column).fill(' ');
  processes.forEach((_name, process) => {
    cells[centre(process, column)] = '│';
  });
  return cells;
}

function drawMessage(cells: string[], step: Extract<Step, { readonly from: number }>, column: number): string {
  const [from, to] = [centre(step.from, column), centre(step.to, column)];
  const kind = step.text.split(' ')[0] ?? '';
  if (from === to) {
    write(cells, from, step.kind === 'lost' ? '├✕ ' : '├◀╮ ');
    const said = shortened(kind, column - 6);
    write(cells, from + 4, said);
    return said;
  }
  const right = to > from;
  const [low, high] = right ? [from, to] : [to, from];
  for (let place = low + 1; place < high; place++) cells[place] = cells[place] === '│' ? '┼' : '─';
  cells[from] = right ? '├' : '┤';
  const said = shortened(kind, high - low - 2);
  const label = said.length > high - low - 4 ? said : ` ${said} `;
  write(cells, Math.round((low + high + (right ? 0 : 2) - label.length) / 2), label);
  const head = right ? to - 1 : to + 1;
  cells[head] = step.kind === 'lost' ? '✕' : right ? '▶' : '◀';
  return said;
}

function drawMark(cells: string[], step: Extract<Step, { readonly process: number }>, column: number): string {
  const at = centre(step.process, column);
  cells[at] = MARKS[step.kind];
  const said = shortened(markOf(step), MARK_WORDS);
  write(cells, at + 2, `${said} `);
  return said;
}

function centre(process: number, column: number): number {
  return process * column + Math.floor(column / 2);
}

function write(cells: string[], at: number, text: string): void {
  for (const [place, character] of [...text].entries()) cells[at + place] = character;
}

function centred(name: string, column: number): string {
  const text = shortened(name, column - 1);
  const before = Math.max(0, Math.floor(column / 2) - Math.floor(text.length / 2));
  return `${' '.repeat(before)}${text}`.padEnd(column);
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
