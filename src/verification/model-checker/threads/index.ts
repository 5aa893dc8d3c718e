/** A search in several threads. */
export { checkInThreads, type ThreadsOptions } from './check-in-threads.ts';
export type { ModelRecipe } from './messages.ts';
export { modelOf } from './recipe.ts';
