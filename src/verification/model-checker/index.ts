/** What a model checker searches. */
export type { Model, Property } from './model.ts';
