/** A run of a model as one page that needs nothing else: a sequence diagram and state tables. */
import type { Model, Trace } from '../model-checker/index.ts';
import { escaped } from './escaped.ts';
import { type Sequence, sequenceOf } from './sequence.ts';
import { sequencePicture, type Verdict } from './sequence-picture.ts';
import { SEQUENCE_STYLE } from './sequence-style.ts';
import { stepTable, underWayList, wholeStates } from './state-tables.ts';
import { TIMELINE_STYLE } from './timeline-style.ts';

export interface SequenceOptions {
  readonly title: string;
  /** What the run shows; a finding of the checker will do. */
  readonly verdict?: Verdict;
}

/** @returns HTML, with the diagram as SVG within. */
export function drawSequence<State, Action>(
  model: Model<State, Action>,
  trace: Trace<State, Action>,
  { title, verdict }: SequenceOptions,
): string {
  const sequence = sequenceOf(model, trace);
  const { rows } = sequence;
  const picture = sequencePicture(sequence, { verdict, linkTo: (number) => `#step-${number}` });
  const underWay = underWayList(sequence);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${TIMELINE_STYLE}${SEQUENCE_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${badge(verdict)} <span class="soft">${escaped(model.name)} · ${rows.length} ${rows.length === 1 ? 'step' : 'steps'}${afterwards(sequence)}</span></p>
<section><h2 class="plain">What happened</h2>
<div class="scroll">${picture}</div>
${legend(sequence)}</section>
<section><h2 class="plain">Step by step</h2>
${stepTable(sequence)}</section>
<section><h2 class="plain">At the start</h2>
${wholeStates(sequence, 0)}</section>
<section><h2 class="plain">At the end</h2>
${wholeStates(sequence, rows.length)}
${underWay === '' ? '' : `<h2 class="plain">Still under way</h2>\n${underWay}`}</section>
</main>
</body>
</html>
`;
}

function badge(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const isBad = verdict.verdict !== 'holds';
  const words = isBad ? 'violated' : 'holds';
  return `<span class="verdict ${isBad ? 'violation' : 'ok'}">${escaped(`${words}: ${verdict.property}`)}</span>`;
}

function afterwards({ loopsTo, rows }: Sequence): string {
  if (loopsTo === undefined) return '';
  return loopsTo === rows.length ? ', and nothing more for ever' : `, those from ${loopsTo + 1} on again and again for ever`;
}

function legend({ rows, underWay, loopsTo }: Sequence): string {
  const has = (kind: string) => rows.some(({ step }) => step.kind === kind);
  const entries = [
    has('delivered') ? 'an arrow leaves when its message is sent and ends when it is received' : '',
    has('lost') ? 'a cross: lost' : '',
    has('timer') ? 'a clock: a timer fires' : '',
    has('persisted') ? 'a square: what was to be stored is on the disk' : '',
    has('crashed') ? 'a cross on a lifeline: a crash, and a new start with what was stored' : '',
    underWay.length > 0 ? 'dotted: still under way at the end' : '',
    loopsTo === undefined ? '' : 'the bracket: what happens again and again, for ever',
  ];
  return `<div class="legend">${entries.flatMap((entry) => (entry === '' ? [] : [`<span>${entry}</span>`])).join('')}</div>`;
}
