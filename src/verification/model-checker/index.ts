/** What a model checker searches. */
export type { GroupView, Model, Property, Step, Trace } from './model.ts';
