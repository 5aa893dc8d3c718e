/** A run as a sequence diagram: a lifeline per process, time downwards, a row per step. */
import { escaped } from './escaped.ts';
import { describeStep, markOf, nameOf, type Sequence, type SequenceRow } from './sequence.ts';

/** A property and what became of it; a finding of the model checker is one. */
export interface Verdict {
  readonly verdict: string;
  readonly property: string;
}

export interface PictureOptions {
  readonly verdict?: Verdict | undefined;
  /** Where a click on a step leads. */
  readonly linkTo?: (number: number) => string;
  /** How many steps are done, if one is on the way; those ahead are drawn faintly. */
  readonly done?: number;
  /** In pixels; wider if the processes need it. */
  readonly width?: number;
}

const USUAL_WIDTH = 1106;
const GUTTER = 50;
const LEAST_COLUMN = 104;
const GREATEST_COLUMN = 176;
const WORDS_SHARE = 0.36;
const LEAST_WORDS = 160;
const NAMES = 40;
/** Above the first row; before it messages are sent that were under way from the start. */
const HEAD = 6;
const ROW = 32;
const FOOT = 18;
/** Of a character in the 12 px font. */
const CHARACTER = 7.25;
const NAMES_AGAIN_AFTER_ROWS = 18;

interface Drawing {
  readonly sequence: Sequence;
  readonly options: PictureOptions;
  readonly column: number;
  readonly width: number;
  readonly end: number;
}

/** @returns two pieces of SVG, the names and what is below them, so that the names can stay in sight. */
export function sequencePicture(sequence: Sequence, options: PictureOptions = {}): string {
  const { processes, rows } = sequence;
  const { width: wanted = USUAL_WIDTH } = options;
  const room = (wanted * (1 - WORDS_SHARE) - GUTTER) / processes.length;
  const column = Math.round(Math.max(LEAST_COLUMN, Math.min(GREATEST_COLUMN, room)));
  const width = Math.round(Math.max(wanted, GUTTER + column * processes.length + LEAST_WORDS));
  const end = HEAD + (rows.length + 1) * ROW;
  const drawing: Drawing = { sequence, options, column, width, end };
  const namesAgain = rows.length > NAMES_AGAIN_AFTER_ROWS;
  const verdictHeight = options.verdict === undefined ? 0 : 34;
  const height = end + verdictHeight + (namesAgain ? NAMES : 0) + FOOT;
  const { done = rows.length } = options;
  const ahead = rows.slice(done);
  const parts = [
    ...rows.map((row) => stripe(row, drawing)),
    loop(drawing),
    ...processes.map((_name, process) => lifeline(process, drawing)),
    ...waitingSince(0, done, drawing),
    ...steps(rows.slice(0, done), drawing),
    ...(ahead.length === 0
      ? []
      : ['<g class="ahead">', ...waitingSince(done + 1, rows.length, drawing), ...steps(ahead, drawing), '</g>']),
    verdict(drawing),
    ...(namesAgain ? names(drawing, end + verdictHeight + 6) : []),
  ];
  return `<svg class="sequence names" width="${width}" height="${NAMES}" aria-hidden="true">${names(drawing, 8).join('')}</svg>
<svg class="sequence" width="${width}" height="${height}" role="img" aria-label="sequence diagram of ${rows.length} steps">
<defs>
<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0.6 8 4 0 7.4z"/></marker>
<marker id="again" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="again-head" d="M0 0 8 4 0 8z"/></marker>
</defs>
${parts.filter((part) => part !== '').join('\n')}
</svg>`;
}

function steps(rows: readonly SequenceRow[], drawing: Drawing): string[] {
  return [...rows.map((row) => shaft(row, drawing)), ...rows.map((row) => labels(row, drawing))];
}

function x(process: number, { column }: Drawing): number {
  return GUTTER + column * process + column / 2;
}

/** Of the moment after so many steps. */
function y(number: number): number {
  return HEAD + number * ROW + ROW / 2 - 4;
}

function names(drawing: Drawing, top: number): string[] {
  const { sequence, column } = drawing;
  return sequence.processes.map((name, process) => {
    const middle = x(process, drawing);
    const box = column - 14;
    return (
      `<g class="name"><rect x="${middle - box / 2}" y="${top}" width="${box}" height="26" rx="7"/>` +
      `<text x="${middle}" y="${top + 17}" text-anchor="middle">${escaped(shortened(name, box - 8))}</text></g>`
    );
  });
}

function lifeline(process: number, drawing: Drawing): string {
  const at = x(process, drawing);
  return `<line class="life" x1="${at}" y1="0" x2="${at}" y2="${drawing.end}"/>`;
}

function stripe({ number }: SequenceRow, { width, options }: Drawing): string {
  const kind = number === options.done ? 'current' : number % 2 === 1 ? 'stripe' : undefined;
  return kind === undefined ? '' : `<rect class="${kind}" x="0" y="${y(number) - ROW / 2}" width="${width}" height="${ROW}"/>`;
}

/** From where a run that goes on for ever comes back to. */
function loop({ sequence: { loopsTo, rows }, width }: Drawing): string {
  if (loopsTo === undefined) return '';
  const [top, bottom] = [y(loopsTo) + ROW / 2, y(rows.length) + ROW / 2];
  const middle = (top + bottom) / 2;
  const bracket =
    bottom - top < ROW / 2
      ? ''
      : `<path class="again" d="M22 ${bottom - 3}H12V${top + 3}H22" marker-end="url(#again)"/><text class="again" transform="translate(8 ${middle}) rotate(-90)" text-anchor="middle">for ever</text>`;
  return `<g class="loop"><rect class="loop" x="0" y="${top}" width="${width}" height="${bottom - top}"/>${bracket}</g>`;
}

function waitingSince(first: number, last: number, drawing: Drawing): string[] {
  const within = drawing.sequence.underWay.filter(({ sentAt = -1 }) => sentAt >= first && sentAt <= last);
  return within.map((message) => waiting(message, drawing));
}

/** A message that nobody has received: a short way towards its receiver. */
function waiting({ from, to, text, sentAt }: Sequence['underWay'][number], drawing: Drawing): string {
  if (sentAt === undefined) return '';
  const [x1, y1] = [x(from, drawing), y(sentAt)];
  const direction = to >= from ? 1 : -1;
  const title = `${nameOf(drawing.sequence.processes, from)} -> ${nameOf(drawing.sequence.processes, to)}: ${text} (still under way at the end)`;
  return `<path class="waiting" d="M${x1} ${y1}l${direction * 26} 14"><title>${escaped(title)}</title></path>`;
}

function shaft({ number, step, sentAt }: SequenceRow, drawing: Drawing): string {
  if (!('from' in step)) return '';
  const lost = step.kind === 'lost';
  const [x1, x2] = [x(step.from, drawing), x(step.to, drawing)];
  const [y1, y2] = [y(sentAt ?? number), y(number)];
  const title = `<title>${escaped(describeStep(drawing.sequence, step))}</title>`;
  if (step.from === step.to) {
    const path = `<path class="message" d="M${x1} ${Math.min(y1, y2 - 14)}C${x1 + 34} ${y1} ${x1 + 34} ${y2} ${x1 + 3} ${y2}" marker-end="url(#head)">${title}</path>`;
    return path;
  }
  const direction = x2 > x1 ? 1 : -1;
  const endX = lost ? x2 - direction * drawing.column * 0.3 : x2 - direction * 2;
  const path = `<path class="message${lost ? ' lost' : ''}" d="M${x1} ${y1}L${endX} ${y2}"${lost ? '' : ' marker-end="url(#head)"'}>${title}</path>`;
  return `${path}<circle class="sent" cx="${x1}" cy="${y1}" r="2.4"/>${lost ? cross(endX, y2, 5) : ''}`;
}

/** The number of the step, a word at its place, and all of it behind the last lifeline. */
function labels(row: SequenceRow, drawing: Drawing): string {
  const { number, step, sentAt } = row;
  const { sequence, options, column, width } = drawing;
  const line = y(number);
  const behind = GUTTER + column * sequence.processes.length + 10;
  const text = describeStep(sequence, step, '→');
  // The arrow says from whom to whom.
  const inShort = 'from' in step ? `${step.text}${step.kind === 'lost' ? ' (lost)' : ''}` : text;
  const words = `<text class="words${step.kind === 'lost' || step.kind === 'crashed' ? ' bad' : ''}" x="${behind}" y="${line + 4}">${escaped(shortened(inShort, width - behind - 8))}</text>`;
  const since = sentAt === undefined ? '' : sentAt === 0 ? '\nsent at the start' : `\nsent by step ${sentAt}`;
  const parts = `<title>${escaped(`step ${number}: ${text}${since}`)}</title><rect class="catch" x="0" y="${line - ROW / 2}" width="${width}" height="${ROW}"/><text class="number" x="${GUTTER - 10}" y="${line + 4}" text-anchor="end">${number}</text>${mark(row, drawing)}${words}`;
  const link = options.linkTo?.(number);
  return link === undefined ? `<g class="step">${parts}</g>` : `<a class="step" href="${escaped(link)}">${parts}</a>`;
}

function mark({ number, step }: SequenceRow, drawing: Drawing): string {
  const [at, line] = [x('from' in step ? step.to : step.process, drawing), y(number)];
  const { column } = drawing;
  if ('from' in step) {
    const direction = step.from === step.to ? 1 : Math.sign(step.from - step.to);
    const word = escaped(shortened(step.text.split(' ')[0] ?? '', column - 16));
    return `<text class="word" x="${at + (direction * column) / 2}" y="${line - 5}" text-anchor="middle">${word}</text>`;
  }
  const word = `<text class="word" x="${at + 13}" y="${line + 4}">${escaped(shortened(markOf(step), column - 20))}</text>`;
  if (step.kind === 'crashed') return `<g class="crash">${cross(at, line, 6)}${word}</g>`;
  if (step.kind === 'persisted') return `<rect class="disk" x="${at - 6}" y="${line - 6}" width="12" height="12" rx="2"/>${word}`;
  if (step.kind === 'timer')
    return `<circle class="clock" cx="${at}" cy="${line}" r="7.5"/><path class="hands" d="M${at} ${line - 4.5}V${line}H${at + 3.5}"/>${word}`;
  return `<circle class="internal" cx="${at}" cy="${line}" r="5"/>${word}`;
}

function verdict({ options, width, end, sequence }: Drawing): string {
  const given = options.verdict;
  if (given === undefined) return '';
  const isBad = given.verdict !== 'holds';
  const when = sequence.loopsTo === undefined ? `after step ${sequence.rows.length}` : 'on this run';
  const text = isBad ? `✕ violated ${when}: ${given.property}` : `✓ holds ${when}: ${given.property}`;
  return `<g class="end ${isBad ? 'bad' : 'good'}"><rect x="${GUTTER - 20}" y="${end}" width="${width - GUTTER + 20}" height="28" rx="7"/><text x="${GUTTER - 6}" y="${end + 18}">${escaped(text)}</text></g>`;
}

function cross(atX: number, atY: number, size: number): string {
  return `<path class="cross" d="M${atX - size} ${atY - size}l${2 * size} ${2 * size}m0 ${-2 * size}l${-2 * size} ${2 * size}"/>`;
}

function shortened(text: string, width: number): string {
  const characters = Math.max(3, Math.floor(width / CHARACTER));
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
}
