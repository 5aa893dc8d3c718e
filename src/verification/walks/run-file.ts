/**
 * A run as JSON, to be kept and taken again: `{"format":"quorate-run","version":1,"model":...,"beginning":1,"steps":[...]}`, each step in
 * the words of the model. Words rather than numbers: a step that was added beside it does not turn it into another run.
 */
import type { Model, Trace } from '../model-checker/index.ts';
import { badWalk } from './errors.ts';
import { possibleSteps } from './possible-steps.ts';
import { beginningOf, type Walk } from './walk.ts';

const FORMAT = 'quorate-run';
const VERSION = 1;
const SHOWN = 12;

/** @returns JSON with a line per step. */
export function encodeRun<State, Action>(model: Model<State, Action>, walk: Walk, trace: Trace<State, Action>): string {
  const steps = trace.steps.map(({ action }) => model.describeAction(action));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, model: model.name, beginning: walk.beginning, steps }, undefined, 2)}\n`;
}

/**
 * Take the run again that {@link encodeRun} has written.
 * @throws QuorateError `bad-walk` if it is no such JSON, of another model, or has a step that is not possible any more.
 */
export function replayRun<State, Action>(model: Model<State, Action>, json: string): Trace<State, Action> {
  const { name, beginning, texts } = decoded(json);
  if (name !== model.name) throw badWalk(`is one of '${name}' and not of '${model.name}'`);
  const initial = beginningOf(model, beginning);
  let state = initial;
  const steps = texts.map((text, place) => {
    const possible = possibleSteps(model, state);
    const step = possible.find((one) => one.text === text);
    if (step === undefined) {
      const others = possible.slice(0, SHOWN).map((one) => `'${one.text}'`);
      throw badWalk(
        `takes a step, '${text}', that is not possible after ${place} steps; possible are ${others.join(', ') || 'none'}${possible.length > SHOWN ? ', ...' : ''}`,
      );
    }
    state = step.state;
    return { action: step.action, state };
  });
  return { initial, steps };
}

function decoded(json: string): { readonly name: string; readonly beginning: number; readonly texts: readonly string[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw badWalk(`is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (typeof value !== 'object' || value === null) throw badWalk('is no JSON object');
  const { format, version, model, beginning, steps }: Partial<Record<string, unknown>> = { ...value };
  if (format !== FORMAT || version !== VERSION)
    throw badWalk(`has the format ${String(format)} ${String(version)}, not ${FORMAT} ${VERSION}`);
  if (typeof model !== 'string') throw badWalk("has a 'model' that is no text");
  if (typeof beginning !== 'number' || !Number.isInteger(beginning)) throw badWalk("has a 'beginning' that is no whole number");
  if (!Array.isArray(steps)) throw badWalk("has 'steps' that are no list");
  const texts = steps.map((step: unknown) => {
    if (typeof step !== 'string') throw badWalk(`has a step that is no text: ${JSON.stringify(step)}`);
    return step;
  });
  return { name: model, beginning, texts };
}
