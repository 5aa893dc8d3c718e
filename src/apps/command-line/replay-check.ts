/** `quorate check --replay`: the steps of a kept run, done again. */
import { readTextFile } from '../../runtime/real/index.ts';
import { type Model, replayRun, type SavedRun } from '../../verification/model-checker/index.ts';
import { counted } from './amounts.ts';
import type { CheckSubject } from './check-subject.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import type { Surroundings } from './surroundings.ts';

/** @returns `ok` if the run can no longer be done, or no longer breaks its property: what was wrong has been mended. */
export async function replayCheck(
  path: string,
  { name }: CheckSubject,
  model: Model<unknown, unknown>,
  { stdout }: Surroundings,
): Promise<ExitCode> {
  const saved = decode(path, await readTextFile(path));
  const { done, isViolation } = replayRun(model, saved);
  const all = counted(saved.steps.length, 'step');
  if (isViolation) {
    await stdout.write(`'${saved.property}' of ${name} still does not hold after ${all}.\n`);
    return EXIT.error;
  }
  const stopped = saved.steps[done];
  await stdout.write(
    stopped === undefined
      ? `'${saved.property}' of ${name} holds on this run of ${all}.\n`
      : `The run can no longer be done: step ${done + 1} of ${saved.steps.length}, '${stopped}', is not possible there.\n`,
  );
  return EXIT.ok;
}

function decode(path: string, text: string): SavedRun {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw usageError(`'${path}' is no JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  const record = typeof data === 'object' && data !== null ? data : {};
  const property: unknown = Reflect.get(record, 'property');
  const steps: unknown = Reflect.get(record, 'steps');
  const loopsTo: unknown = Reflect.get(record, 'loopsTo');
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isText(property) || !Array.isArray(steps) || !steps.every(isText)) {
    throw usageError(`'${path}' is no run that --save has kept: it needs 'property' and 'steps'.`);
  }
  return { property, steps, ...(typeof loopsTo === 'number' ? { loopsTo } : {}) };
}
