/** Models made by recipe. */
import type { Model } from '../model.ts';
import { impossible } from '../search.ts';
import type { ModelRecipe } from './messages.ts';

/** @throws QuorateError `impossible-model` if the module has no such function; and what the function throws. */
export async function modelOf({ module, maker, argument }: ModelRecipe): Promise<Model<unknown, unknown>> {
  const exported: unknown = await import(module);
  const make: unknown = typeof exported === 'object' && exported !== null ? Reflect.get(exported, maker) : undefined;
  if (typeof make !== 'function') throw impossible(`'${module}' exports no function '${maker}'`);
  const model: unknown = make(argument);
  if (!isModel(model)) throw impossible(`what '${maker}' of '${module}' gives is no model`);
  return model;
}

const FUNCTIONS = ['initialStates', 'actions', 'next', 'describeAction', 'describeState'];

function isModel(value: unknown): value is Model<unknown, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string) => typeof Reflect.get(value, name) === 'function';
  return FUNCTIONS.every(has) && Array.isArray(Reflect.get(value, 'properties'));
}
