import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from './main.ts';
import { type Output, realSurroundings, type Surroundings } from './surroundings.ts';

let ofThisProcess: Surroundings;
let directory: string;
beforeAll(async () => {
  ofThisProcess = await realSurroundings();
  directory = mkdtempSync(join(tmpdir(), 'quorate-check-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function quorate(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const output = (texts: string[]): Output => ({
    isTerminal: false,
    columns: 80,
    write: async (text) => void texts.push(String(text)),
  });
  const surroundings = { ...ofThisProcess, stdout: output(stdout), stderr: output(stderr) };
  const code = await main(['check', ...argv], surroundings);
  return { code, out: stdout.join(''), err: stderr.join('') };
}

/** A light that a user wrote: from green it goes to red by way of yellow, or, if `careless`, back to green at once. */
function lightModule(name: string, careless: boolean): string {
  const file = join(directory, name);
  const next = careless ? `state.light === 'yellow' ? 'green' : 'yellow'` : `state.light === 'green' ? 'yellow' : 'red'`;
  writeFileSync(
    file,
    `export function model() {
      return {
        name: 'light',
        initialStates: () => [{ light: 'green' }],
        actions: (state) => (state.light === 'red' ? [] : ['tick']),
        next: (state) => ({ light: ${next} }),
        properties: [
          { kind: 'eventually', name: 'red', holds: (state) => state.light === 'red' },
          { kind: 'always', name: 'known', holds: (state) => ['green', 'yellow', 'red'].includes(state.light) },
        ],
        describeAction: (action) => action,
        describeState: (state) => state.light,
      };
    }`,
  );
  return file;
}

describe('quorate check', () => {
  it('searches a protocol completely and says what holds, and how much it saw', async () => {
    const { code, out } = await quorate('register');
    expect(code).toBe(0);
    expect(out).toContain('register (ABD), 2 servers, 2 clients\n544 states, 875 generated, depth 24');
    expect(out).toMatch(/holds +always +linearizable/);
    expect(out).toMatch(/holds +eventually +all clients are done/);
    expect(out).toContain('complete: every state was searched');
  });

  it('searches in threads, depth first, with other sizes, and answers in JSON', async () => {
    const { code, out } = await quorate(
      'two-phase-commit',
      '--servers',
      '3',
      '--threads',
      '2',
      '--depth-first',
      '--no-reductions',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verdict: 'holds', states: 288, threads: 2, order: 'depth-first', reductions: 'off' });
  });

  it('says that a bounded search proves nothing', async () => {
    const { code, out } = await quorate('paxos', '--depth', '5');
    expect(code).toBe(0);
    expect(out).toContain('not complete: no violation was found, but states at the greatest depth were not left (--depth)');
    expect(out).toMatch(/undecided +always +agreement/);
    expect(out).not.toMatch(/holds +always/);
  });

  it("checks a user's own model, shows the run that goes wrong, keeps it, and does it again", async () => {
    const wrong = lightModule('careless.mjs', true);
    const kept = join(directory, 'run.json');
    const { code, out } = await quorate(wrong, '--save', kept);
    expect(code).toBe(1);
    expect(out).toMatch(/violated +eventually +red +after 2 steps, of which the last 2 go on for ever/);
    expect(out).toContain('from here on for ever:\n   1  tick\n   2  tick');
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ property: 'red', steps: ['tick', 'tick'], loopsTo: 0 });
    expect(await quorate(wrong, '--replay', kept)).toMatchObject({
      code: 1,
      out: expect.stringContaining('still does not hold'),
    });
    const mended = lightModule('mended.mjs', false);
    expect(await quorate(mended, '--replay', kept)).toMatchObject({ code: 0, out: expect.stringContaining("'red' of") });
    expect(await quorate(mended)).toMatchObject({ code: 0 });
  });

  it('lists the protocols with what can be chosen', async () => {
    const { out } = await quorate('--list');
    expect(out).toMatch(/paxos +1 to 5 \(3\) +1 to 5 \(2\) +0 to 3 \(0\) +0 to 9 \(0\) +0 to 9 \(0\) +single-decree Paxos/);
  });

  it.each([
    [['paxoss'], "There is no protocol 'paxoss'"],
    [['paxos', '--servers', '9'], 'paxos cannot be checked with --servers 9: it has 1 to 5 servers'],
    [['two-phase-commit', '--crashes', '1'], 'it has exactly 0 crashes'],
    [[], 'A protocol is missing'],
    [['paxos', '--all'], "--all checks every protocol: it cannot be used with 'paxos'"],
    [['--table'], '--table needs --all'],
    [['paxos', '--threads', '0'], 'It must be a whole number from 1'],
  ])('refuses %j', async (argv, message) => {
    const { code, err } = await quorate(...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
  });

  it('refuses what is no model, and no kept run', async () => {
    const file = join(directory, 'nothing.mjs');
    writeFileSync(file, 'export const answer = 42;');
    expect((await quorate(file)).err).toContain("exports no function 'model'");
    expect((await quorate('paxos', '--replay', file)).err).toContain('is no JSON');
  });
});
