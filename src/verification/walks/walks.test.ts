import { describe, expect, test } from 'vitest';
import { check, type Model, type Trace } from '../model-checker/index.ts';
import { modelConfigurations, modelNamed } from '../models/index.ts';
import { possibleSteps, Walker, walkOf } from './index.ts';

const make = () => modelNamed({ name: 'paxos', options: { servers: 3, clients: 1, crashes: 1 } });

function twoWriters() {
  return modelNamed({ name: 'paxos', options: { servers: 3, clients: 2, crashes: 0 } });
}

/** After the writes of both clients have come in, in this order. */
function stateAfter(model: Model<unknown, unknown>, clients: readonly number[]): unknown {
  let state = model.initialStates()[0];
  for (const client of clients) {
    const action = model.actions(state).find((one) => model.describeAction(one).startsWith(`${3 + client} -> ${client}: write`));
    if (action === undefined) throw new Error('the write is under way');
    state = model.next(state, action);
  }
  return state;
}

function textsOf<State, Action>(model: Model<State, Action>, { steps }: Trace<State, Action>): readonly string[] {
  return steps.map(({ action }) => model.describeAction(action));
}

/** The way to a chosen value. */
function found(model: Model<unknown, unknown>): Trace<unknown, unknown> {
  for (const finding of check(model, { statesMaximum: 3_000, order: 'depth-first' }).findings) {
    if ('run' in finding && finding.run !== undefined) return finding.run;
  }
  throw new Error('there is a run');
}

describe('the steps that are possible', () => {
  test('are numbered from 1: deliveries first, by receiver, crashes last', () => {
    const model = make();
    const [initial] = model.initialStates();
    const steps = possibleSteps(model, initial);
    expect(steps.map(({ number, text }) => `${number} ${text}`)).toEqual([
      '1 3 -> 0: write {request:1,value:"A"}',
      '2 process 0: crashes and starts again',
      '3 process 1: crashes and starts again',
      '4 process 2: crashes and starts again',
    ]);
  });
  test('have the same numbers in whatever order the model has met its messages', () => {
    const [one, other] = [twoWriters(), twoWriters()];
    const [writes, swapped] = [stateAfter(one, [0, 1]), stateAfter(other, [1, 0])];
    const asGiven = (model: typeof one, state: unknown) => model.actions(state).map((action) => model.describeAction(action));
    expect(asGiven(one, writes)).not.toEqual(asGiven(other, swapped));
    const numbered = (model: typeof one, state: unknown) =>
      possibleSteps(model, state).map(({ number, text }) => `${number} ${text}`);
    expect(numbered(one, writes)).toEqual(numbered(other, swapped));
  });
  test('and so has a run', () => {
    const searched = make();
    const run = found(searched);
    expect(textsOf(searched, new Walker(make()).go(walkOf(searched, run)))).toEqual(textsOf(searched, run));
  });
});

describe('a walk', () => {
  test('leads to the state that the run has led to', () => {
    for (const { name, options } of modelConfigurations) {
      const model = modelNamed({ name, options: { servers: options.servers.usual, clients: options.clients.usual, crashes: 0 } });
      const run = found(model);
      const gone = new Walker(model).go(walkOf(model, run));
      expect(textsOf(model, gone)).toEqual(textsOf(model, run));
      expect(model.describeState(gone.steps.at(-1)?.state)).toBe(model.describeState(run.steps.at(-1)?.state));
    }
  });
  test('may turn off from the one before', () => {
    const model = make();
    const walker = new Walker(model);
    const [longer, other] = [
      { beginning: 1, steps: [1, 1, 1] },
      { beginning: 1, steps: [1, 2] },
    ];
    walker.go(longer);
    expect(textsOf(model, walker.go(other))).toEqual(textsOf(model, new Walker(model).go(other)));
    expect(walker.go({ beginning: 1, steps: [] }).steps).toEqual([]);
    expect(walker.go(longer).steps).toHaveLength(3);
  });
  test('that is not there is refused', () => {
    const walker = new Walker(make());
    expect(() => walker.go({ beginning: 1, steps: [1, 99] })).toThrow(/takes step number 99 after 1 steps, where there are \d+/);
    expect(() => walker.go({ beginning: 1, steps: [0] })).toThrow('takes step number 0');
    expect(() => walker.go({ beginning: 2, steps: [] })).toThrow('begins in state number 2, and the model has 1');
  });
});
