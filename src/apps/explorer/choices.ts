/** The steps that are possible now, as links, grouped by what they are. */
import type { Model } from '../../verification/model-checker/index.ts';
import { escaped } from '../../verification/pictures/index.ts';
import type { PossibleStep } from '../../verification/walks/index.ts';
import { violatedIn } from './judgements.ts';
import { onwards, type Place, searchOf } from './place.ts';

/** One key for each, as far as they reach. */
export const CHOICE_KEYS = '123456789abcdefghijklmnopqrstuvwxyz';

export interface ChoicesOptions<State> {
  readonly place: Place;
  readonly steps: readonly PossibleStep<State, unknown>[];
  /** The `always` properties that are violated already. */
  readonly violated: readonly string[];
  /** In the words of the model, from the beginning until here. */
  readonly statesSoFar: readonly string[];
}

export function choiceList<State>(
  model: Model<State, unknown>,
  { place, steps, statesSoFar, violated }: ChoicesOptions<State>,
): string {
  if (steps.length === 0) return '<p class="soft">No step is possible: this is an end.</p>';
  const groups = new Map<string, string[]>();
  for (const step of steps) {
    const heading = headingOf(step, model.group?.processes ?? []);
    const items = groups.get(heading) ?? [];
    items.push(choice(model, step, { place, statesSoFar, violated }));
    groups.set(heading, items);
  }
  return [...groups].map(([heading, items]) => `<h3>${escaped(heading)}</h3>\n<ol>${items.join('\n')}</ol>`).join('\n');
}

/** Messages whose receiver would do nothing: they stay under way. */
export function leftForLater<State>(model: Model<State, unknown>, state: State): string {
  const texts = model.actions(state).flatMap((action) => {
    const step = model.group?.stepOf(action);
    if (step?.kind !== 'delivered' || model.next(state, action) !== undefined) return [];
    return [wordsOf(step, model.group?.processes ?? []).concat(` to ${model.group?.processes[step.to] ?? step.to}`)];
  });
  if (texts.length === 0) return '';
  const items = texts.sort().map((text) => `<li>${escaped(text)}</li>`);
  return `<details><summary>${texts.length} under way that would change nothing now</summary><ul class="messages">${items.join('')}</ul></details>`;
}

function choice<State>(
  model: Model<State, unknown>,
  { number, text, step, state }: PossibleStep<State, unknown>,
  { place, statesSoFar, violated }: Omit<ChoicesOptions<State>, 'steps'>,
): string {
  const key = CHOICE_KEYS[number - 1];
  const isAhead = place.walk.steps[place.done] === number;
  const back = statesSoFar.indexOf(model.describeState(state));
  const notes = [
    ...violatedIn(model, state).flatMap((name) =>
      violated.includes(name) ? [] : [`<em class="bad">violates ${escaped(name)}</em>`],
    ),
    ...(back < 0
      ? []
      : [`<em>${back === statesSoFar.length - 1 ? 'changes nothing' : `back to where it was ${when(back)}`}</em>`]),
    ...(model.withinBounds?.(state) === false ? ['<em>out of bounds: the checker does not go there</em>'] : []),
    ...(isAhead ? ['<em>as before</em>'] : []),
  ];
  const kbd = key === undefined ? '' : `<kbd>${key}</kbd>`;
  const keyed = key === undefined ? '' : ` data-key="${key}"`;
  return `<li><a class="choice${isAhead ? ' ahead' : ''}" data-number="${number}"${keyed} href="/${searchOf(onwards(place, number))}" title="${escaped(text)}">${kbd}<span>${escaped(step === undefined ? text : wordsOf(step, model.group?.processes ?? []))}${notes.length === 0 ? '' : `<br>${notes.join(' ')}`}</span></a></li>`;
}

function when(step: number): string {
  return step === 0 ? 'at the start' : `after step ${step}`;
}

type KnownStep = NonNullable<PossibleStep<unknown, unknown>['step']>;

const HEADINGS = {
  timer: 'Timers',
  persisted: 'Disks',
  crashed: 'Crashes',
  lost: 'Losses',
  internal: 'Steps of their own',
} as const;

function headingOf({ step }: PossibleStep<unknown, unknown>, processes: readonly string[]): string {
  if (step === undefined) return 'Steps';
  return step.kind === 'delivered' ? `Deliver to ${processes[step.to] ?? `process ${step.to}`}` : HEADINGS[step.kind];
}

function wordsOf(step: KnownStep, processes: readonly string[]): string {
  const name = (process: number) => processes[process] ?? `process ${process}`;
  if (step.kind === 'delivered') return `${step.text}, from ${name(step.from)}`;
  if (step.kind === 'lost') return `${step.text}, ${name(step.from)} to ${name(step.to)}`;
  return 'process' in step ? `${name(step.process)}: ${step.text}` : step.text;
}
