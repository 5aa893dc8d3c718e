/** What the decoders of plans share: JSON from a file is somebody's, not ours, until it has been checked. */
import { QuorateError } from '../../runtime/errors/index.ts';

/** An object of the file, and where it stands in it. */
export interface Fields {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const SHOWN_LENGTH = 40;

export function malformed(path: string, given: unknown, rule: string): QuorateError {
  const shown = given === undefined ? 'missing' : `'${String(given).slice(0, SHOWN_LENGTH)}'`;
  return new QuorateError({
    code: 'plan-malformed',
    message: `the plan is malformed: ${path} is ${shown}, not ${rule}`,
    outcome: 'not-applied',
    next: 'Use a file that a simulation has written, unchanged.',
    data: { path },
  });
}

/** @throws QuorateError `plan-malformed` */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, value, 'an object');
  return { path, value: value as Record<string, unknown> };
}

/** @throws QuorateError `plan-malformed` */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(path, value, 'a list');
  return value;
}

/** @throws QuorateError `plan-malformed` */
export function whole({ value, path }: Fields, name: string, least: number, most: number): number {
  const given = value[name];
  if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
  throw malformed(`${path}.${name}`, given, `a whole number from ${least} to ${most}`);
}

/** @throws QuorateError `plan-malformed` */
export function choice<Choice extends string>({ value, path }: Fields, name: string, choices: readonly Choice[]): Choice {
  const given = choices.find((candidate) => candidate === value[name]);
  if (given !== undefined) return given;
  throw malformed(`${path}.${name}`, value[name], `one of ${choices.join(', ')}`);
}
