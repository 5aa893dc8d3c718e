/** A run as it is kept: as `quorate check --save` writes it and `--replay` reads it, and as a test for src/verification/models. */
import { type Model, savedRun, type Trace } from '../../verification/model-checker/index.ts';
import { type ModelOptions, modelConfigurations } from '../../verification/models/index.ts';
import { violatedIn } from './judgements.ts';

export interface Configuration {
  /** Of the protocol, or of the module that makes the model. */
  readonly name: string;
  readonly options: Partial<ModelOptions>;
}

/** @returns JSON; the property is one that the last state violates, if there is one. */
export function keptRun<State, Action>(
  model: Model<State, Action>,
  configuration: Configuration | undefined,
  trace: Trace<State, Action>,
): string {
  const state = trace.steps.at(-1)?.state ?? trace.initial;
  const [first] = model.properties.toSorted((one, other) => rank(one.kind) - rank(other.kind));
  const property = violatedIn(model, state)[0] ?? first?.name ?? '';
  const origin = configuration === undefined ? {} : { protocol: configuration.name, options: configuration.options };
  return `${JSON.stringify({ ...origin, ...savedRun(model, property, trace) }, undefined, 2)}\n`;
}

/** Whether {@link testOf} can make the model anew. */
export function canBeTest({ name }: Configuration): boolean {
  return modelConfigurations.some((one) => one.name === name);
}

/** The text of a test file that takes the run again. */
export function testOf({ name, options }: Configuration, json: string): string {
  return `import { expect, test } from 'vitest';
import { replayRun } from '../model-checker/index.ts';
import { modelNamed } from './index.ts';

const RUN = ${json.trimEnd()};

test('${name}: what was seen on a run of ' + RUN.steps.length + ' steps does not happen', () => {
  const model = modelNamed({ name: '${name}', options: ${JSON.stringify(options)} });
  expect(replayRun(model, RUN).isViolation).toBe(false);
});
`;
}

function rank(kind: string): number {
  return kind === 'always' ? 0 : 1;
}
