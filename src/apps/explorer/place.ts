/** Where one is in the explorer, as its address says: a walk, and how much of it is done. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Walk } from '../../verification/walks/index.ts';

export interface Place {
  /** Also the steps ahead, if one has gone back. */
  readonly walk: Walk;
  readonly done: number;
}

/** So that no address makes the server work for long. */
const STEPS_MAXIMUM = 2_000;

/** `/?walk=1.3.2&done=2&from=1`; all may be missing. @throws QuorateError `bad-address` */
export function placeOf(search: URLSearchParams): Place {
  const text = search.get('walk') ?? '';
  const steps = text === '' ? [] : text.split('.').map((number) => whole(number, 'walk', 1));
  if (steps.length > STEPS_MAXIMUM) throw badAddress(`has a walk of ${steps.length} steps; it may have ${STEPS_MAXIMUM}`);
  const done = whole(search.get('done') ?? String(steps.length), 'done', 0);
  if (done > steps.length) throw badAddress(`says that ${done} steps are done, of ${steps.length}`);
  return { walk: { beginning: whole(search.get('from') ?? '1', 'from', 1), steps }, done };
}

/** Without what goes without saying. */
export function searchOf({ walk: { beginning, steps }, done }: Place): string {
  const parts = [
    ...(steps.length === 0 ? [] : [`walk=${steps.join('.')}`]),
    ...(done === steps.length ? [] : [`done=${done}`]),
    ...(beginning === 1 ? [] : [`from=${beginning}`]),
  ];
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** A step from here: the same way as before, or a new one instead of it. */
export function onwards({ walk, done }: Place, number: number): Place {
  const isAhead = walk.steps[done] === number;
  const steps = isAhead ? walk.steps : [...walk.steps.slice(0, done), number];
  return { walk: { ...walk, steps }, done: done + 1 };
}

function whole(text: string, name: string, minimum: number): number {
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= minimum) return number;
  throw badAddress(`has '${text}' for ${name}, which takes whole numbers from ${minimum}`);
}

function badAddress(problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-address',
    message: `The address ${problem}.`,
    outcome: 'not-applied',
    next: 'Begin again at the start.',
  });
}
