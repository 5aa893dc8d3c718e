/** The page of the explorer: what may be done next, the state of each process, and what was done. Every link is an address. */
import type { Model, Trace } from '../../verification/model-checker/index.ts';
import {
  escaped,
  SEQUENCE_STYLE,
  sequenceOf,
  sequencePicture,
  TIMELINE_STYLE,
  wholeStates,
} from '../../verification/pictures/index.ts';
import { possibleSteps } from '../../verification/walks/index.ts';
import { choiceList, leftForLater } from './choices.ts';
import { judgementsHere, violatedIn } from './judgements.ts';
import { EXPLORER_STYLE } from './page-style.ts';
import { type Place, searchOf } from './place.ts';

const PICTURE_WIDTH = 742;
/** Of a row of the picture, for scrolling to it. */
const ROW = 32;
const ROWS_IN_SIGHT = 7;

export interface PageOptions<State, Action> {
  readonly model: Model<State, Action>;
  readonly place: Place;
  /** All of the walk, also what is ahead. */
  readonly trace: Trace<State, Action>;
  readonly downloads: Downloads;
}

/** What can be made of a run of this model. */
export interface Downloads {
  readonly json: boolean;
  readonly test: boolean;
}

export function explorerPage<State, Action>({ model, place, trace, downloads }: PageOptions<State, Action>): string {
  const { done } = place;
  const sofar: Trace<State, Action> = { initial: trace.initial, steps: trace.steps.slice(0, done) };
  const state = sofar.steps.at(-1)?.state ?? trace.initial;
  const steps = possibleSteps(model, state);
  const statesSoFar = [trace.initial, ...sofar.steps.map((step) => step.state)].map((one) => model.describeState(one));
  const sequence = sequenceOf(model, trace);
  const address = (number: number) => `/${searchOf({ ...place, done: number })}`;
  const picture = sequencePicture(sequence, { done, width: PICTURE_WIDTH, linkTo: address });
  const last = sofar.steps.at(-1);
  const query = searchOf({ walk: { ...place.walk, steps: place.walk.steps.slice(0, done) }, done });
  return page(
    model.name,
    `<header><div><h1>${escaped(model.name)}</h1><p class="soft">${whereabouts(done, trace.steps.length)}</p></div>
${navigation(place, address)}</header>
<div class="columns">
<div>
<section><h2 class="plain">Properties</h2>
${properties(model, sofar, steps.length === 0)}</section>
<section><h2 class="plain">Next step</h2>
${choiceList(model, { place, steps, statesSoFar, violated: violatedIn(model, state) })}
${leftForLater(model, state)}</section>
</div>
<div>
<section><h2 class="plain">What happened</h2>
<div class="diagram" data-top="${Math.max(0, (done - ROWS_IN_SIGHT) * ROW)}">${picture}</div></section>
<section id="states"><h2 class="plain">State${last === undefined ? ' at the start' : ` after step ${done}`}</h2>
${wholeStates(sequence, done)}
${last === undefined ? '' : `<p class="last"><span class="soft">step ${done}:</span> ${escaped(model.describeAction(last.action))}</p>`}</section>
</div>
</div>
<footer>${downloadLinks(downloads, query)}the address of this page leads here again</footer>`,
  );
}

function downloadLinks({ json, test }: Downloads, query: string): string {
  const asTest = test ? ` · <a href="/run.test.ts${query}" download>as a test</a>` : '';
  return json ? `Download this run: <a href="/run.json${query}" download>for quorate check --replay</a>${asTest} · ` : '';
}

export function problemPage(title: string, message: string): string {
  return page(title, `<h1>This way leads nowhere</h1>\n<p>${escaped(message)}</p>\n<nav><a href="/">begin again</a></nav>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${TIMELINE_STYLE}${SEQUENCE_STYLE}${EXPLORER_STYLE}</style>
</head>
<body>
<main>
${body}
</main>
<script src="/keys.js"></script>
</body>
</html>
`;
}

function whereabouts(done: number, length: number): string {
  if (length === 0) return 'the start';
  return done === length ? `after ${length} ${length === 1 ? 'step' : 'steps'}` : `after ${done} of ${length} steps`;
}

function navigation({ walk, done }: Place, address: (done: number) => string): string {
  const { length } = walk.steps;
  const link = (words: string, key: string, sign: string, to: number, isPossible: boolean) =>
    isPossible
      ? `<a href="${address(to)}" data-key="${key}">${words} <kbd>${sign}</kbd></a>`
      : `<span>${words} <kbd>${sign}</kbd></span>`;
  return `<nav aria-label="the way">${[
    link('Start', 'Home', 'Home', 0, done > 0),
    link('Back', 'ArrowLeft', '←', done - 1, done > 0),
    link('Forward', 'ArrowRight', '→', done + 1, done < length),
    link('End', 'End', 'End', length, done < length),
  ].join('')}</nav>`;
}

const SIGNS = { good: '✓', bad: '✕', open: '·' } as const;

function properties<State, Action>(model: Model<State, Action>, trace: Trace<State, Action>, isEnd: boolean): string {
  return judgementsHere(model, trace, isEnd)
    .map(
      ({ name, kind, is, words }) =>
        `<div class="property ${is}"><b>${SIGNS[is]}</b><span>${escaped(kind === 'terminates' ? name : `${kind}: ${name}`)}</span><em>${escaped(words)}</em></div>`,
    )
    .join('\n');
}
