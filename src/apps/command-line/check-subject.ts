/** What `quorate check` checks: one of the models that come with Quorate, or one that the user's own module makes. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModelRecipe } from '../../verification/model-checker/index.ts';
import {
  type ModelConfiguration,
  type ModelOptions,
  modelConfigurations,
  modelsModule,
} from '../../verification/models/index.ts';
import { usageError } from './failure.ts';

export interface CheckSubject {
  readonly name: string;
  readonly options: Partial<ModelOptions>;
  readonly recipe: ModelRecipe;
}

const OPTIONS = ['servers', 'clients', 'crashes', 'losses', 'duplicates'] as const;

/** @throws QuorateError `usage` for an unknown name, or a configuration that the protocol cannot have. */
export function checkSubject(name: string, chosen: Partial<ModelOptions>): CheckSubject {
  const given: Partial<Record<keyof ModelOptions, number>> = {};
  for (const option of OPTIONS) if (chosen[option] !== undefined) given[option] = chosen[option];
  if (/[./\\]/.test(name)) {
    const module = pathToFileURL(resolve(name)).href;
    return { name, options: given, recipe: { module, maker: 'model', argument: given } };
  }
  const configuration = modelConfigurations.find((one) => one.name === name);
  if (configuration === undefined) {
    const names = modelConfigurations.map((one) => one.name).join(', ');
    throw usageError(
      `There is no protocol '${name}': there are ${names}; a module of your own has a path, such as ./${name}.ts.`,
    );
  }
  const options = completed(configuration, given);
  return { name, options, recipe: { module: modelsModule, maker: 'modelNamed', argument: { name, options } } };
}

function completed({ name, options }: ModelConfiguration, given: Partial<ModelOptions>): ModelOptions {
  const value = (option: keyof ModelOptions) => {
    const { minimum, maximum, usual, of } = options[option];
    const number = given[option] ?? usual;
    if (number >= minimum && number <= maximum) return number;
    const rule = minimum === maximum ? `exactly ${minimum}` : `${minimum} to ${maximum}`;
    throw usageError(`${name} cannot be checked with --${option} ${number}: it has ${rule} ${of}.`, 'See quorate check --list.');
  };
  return {
    servers: value('servers'),
    clients: value('clients'),
    crashes: value('crashes'),
    losses: value('losses'),
    duplicates: value('duplicates'),
  };
}

export function listOfSubjects(): readonly string[][] {
  return modelConfigurations.map(({ name, description, options }) => [
    name,
    ...OPTIONS.map((option) => {
      const { minimum, maximum, usual } = options[option];
      return minimum === maximum ? String(usual) : `${minimum} to ${maximum} (${usual})`;
    }),
    description,
  ]);
}
