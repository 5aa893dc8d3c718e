import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check, replayRun, type SavedRun } from '../../verification/model-checker/index.ts';
import { modelNamed } from '../../verification/models/index.ts';
import { walkOf } from '../../verification/walks/index.ts';
import { type Explorer, explore } from './index.ts';

const configuration = { name: 'two-phase-commit-production', options: { servers: 1, clients: 1, crashes: 1 } };
const model = modelNamed(configuration);
let explorer: Explorer;

beforeAll(async () => {
  explorer = await explore(model, { configuration });
});
afterAll(() => explorer.close());

async function get(path: string): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(new URL(path, explorer.address));
  return { status: response.status, text: await response.text(), headers: response.headers };
}

function hrefs(page: string): string[] {
  return [...page.matchAll(/<a class="choice[^>]* href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

describe('the explorer', () => {
  test('offers each possible step as a link that does it', async () => {
    const { text, headers } = await get('/');
    expect(explorer.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(hrefs(text).slice(0, 2)).toEqual(['/?walk=1', '/?walk=2']);
    expect(text).toContain('Deliver to manager 1');
    expect(text).toContain('<h3>Crashes</h3>');
    const next = await get(hrefs(text)[0] ?? '');
    expect(next.text).toContain('State after step 1');
    expect(next.text).toContain('<td class="changed"><b>');
  });
  test('goes back and forward, and forgets what is ahead when another step is taken', async () => {
    const { text } = await get('/?walk=1.1.1&done=1');
    expect(text).toContain('after 1 of 3 steps');
    expect(text).toContain('href="/?walk=1.1.1&done=0" data-key="ArrowLeft"');
    expect(text).toContain('href="/?walk=1.1.1&done=2" data-key="ArrowRight"');
    expect(hrefs(text).slice(0, 2)).toEqual(['/?walk=1.1.1&done=2', '/?walk=1.2']);
  });
  test('begins at the end of a run that the checker has found', async () => {
    const finding = check(model, { order: 'depth-first', statesMaximum: 3_000 }).findings.find((one) => 'run' in one);
    if (finding === undefined || !('run' in finding) || finding.run === undefined) throw new Error('there is a run');
    const walk = walkOf(model, finding.run);
    await using stack = new AsyncDisposableStack();
    const other = stack.adopt(await explore(model, { startAt: walk }), (one) => one.close());
    const page = await (await fetch(other.address)).text();
    expect(page).toContain(`after ${walk.steps.length} steps`);
    expect(page).not.toContain('run.test.ts');
  });
  test('gives the run as it is kept, and as a test', async () => {
    const { text, headers } = await get('/run.json?walk=1.1.1&done=2');
    expect(headers.get('content-disposition')).toContain('run.json');
    const kept: unknown = JSON.parse(text);
    expect(kept).toMatchObject({
      protocol: configuration.name,
      options: configuration.options,
      steps: [expect.any(String), expect.any(String)],
    });
    const { text: file } = await get('/run.test.ts?walk=1.1');
    const literal = /const RUN = (\{[^;]*\});/.exec(file)?.[1] ?? '';
    const run: SavedRun = new Function(`return ${literal}`)();
    expect(replayRun(model, run)).toMatchObject({ done: 2, isViolation: false });
    expect(file).toContain("modelNamed({ name: 'two-phase-commit-production'");
  });
  test.each([
    ['/?walk=99', 400, 'takes step number 99 after 0 steps'],
    ['/?walk=no', 400, 'for walk'],
    ['/?from=7', 400, 'begins in state number 7'],
    ['/other', 404, 'nothing at /other'],
  ])('a wrong address is explained: %s', async (path, status, problem) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(problem);
    expect(answer.text).toContain('begin again');
  });
  test('only takes GET', async () => {
    expect((await fetch(explorer.address, { method: 'POST' })).status).toBe(405);
  });
  test('does not start at a place that is not there, or at a port that is taken', async () => {
    await expect(explore(model, { startAt: { beginning: 1, steps: [99] } })).rejects.toThrow('step number 99');
    const port = Number(new URL(explorer.address).port);
    await expect(explore(model, { port })).rejects.toMatchObject({ code: 'address-in-use' });
  });
});
