import { describe, expect, test } from 'vitest';
import { check, checkInThreads, type Model, type ModelRecipe, type SearchOptions } from '../index.ts';

/** For the threads: each imports this file's neighbour, which vitest knows nothing of. */
const recipe = (maker: string, argument: unknown = {}): ModelRecipe => ({
  module: new URL('./tree-model.fixture.ts', import.meta.url).href,
  maker,
  argument,
});

async function both(maker: string, argument: unknown, options: SearchOptions = {}) {
  const { [maker]: make } = (await import('./tree-model.fixture.ts')) as Record<string, unknown> as Record<
    string,
    (argument: unknown) => Model<unknown, unknown>
  >;
  if (make === undefined) throw new Error(`no ${maker}`);
  const single = check(make(argument), options);
  const threaded = await checkInThreads(recipe(maker, argument), { ...options, threads: 2 });
  return { single, threaded };
}

describe('two threads', () => {
  test.each(['breadth-first', 'depth-first'] as const)('come to the same numbers and verdicts as one, %s', async (order) => {
    const { single, threaded } = await both('treeModel', { size: 60_000 }, { order });
    expect(threaded).toMatchObject({ verdict: 'holds', threads: 2, states: single.states, generated: single.generated });
    expect(threaded.ends).toBe(single.ends);
    if (order === 'breadth-first') expect(threaded.depth).toBe(single.depth);
  });

  test('find a shortest run to a violation', async () => {
    const { single, threaded } = await both('treeModel', { size: 60_000, bad: [40_000, 50_001] });
    const [one, two] = [single, threaded].map(({ findings: [finding] }) => finding);
    expect(one?.verdict === 'violated' && two?.verdict === 'violated').toBe(true);
    if (one?.verdict !== 'violated' || two?.verdict !== 'violated') return;
    expect(two.run.steps).toHaveLength(one.run.steps.length);
    expect([40_000, 50_001]).toContain(two.run.steps.at(-1)?.state);
  });

  test('judge infinite runs together, from what each has recorded', async () => {
    const { threaded } = await both('ringModel', { size: 5_000 });
    expect(threaded.findings.map(({ verdict }) => verdict)).toEqual(['violated', 'holds']);
    const [finding] = threaded.findings;
    if (finding?.verdict !== 'violated') throw new Error('no run');
    expect(finding.run).toMatchObject({ loopsTo: 0 });
    expect(finding.run.steps).toHaveLength(5_000);
  });

  test('stop where one would, and say why', async () => {
    const { threaded } = await both('treeModel', { size: 60_000 }, { statesMaximum: 1_000 });
    expect(threaded).toMatchObject({ verdict: 'bounded', bounds: ['states'] });
  });

  test('tell what the model threw in one of them, with the run that leads there', async () => {
    await expect(checkInThreads(recipe('treeModel', { size: 60_000, throwsAt: 5_000 }), { threads: 2 })).rejects.toMatchObject({
      code: 'step-threw',
      message: expect.stringContaining('(no such node) after 12 steps'),
    });
  });

  test('refuse a recipe that makes no model', async () => {
    await expect(checkInThreads(recipe('nothing'), { threads: 2 })).rejects.toMatchObject({ code: 'impossible-model' });
  });
});
