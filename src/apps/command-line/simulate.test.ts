import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePlan, kvSubject, wholeSubject } from '../../verification/simulation/index.ts';
import { main } from './main.ts';
import { runSimulate } from './run-simulate.ts';
import { type SimulateOptions, usualSubjects } from './simulate-options.ts';
import { type Output, realSurroundings, type Surroundings } from './surroundings.ts';

let directory: string;
/** Once: each adds its listeners to the streams of this process. */
let ofThisProcess: Surroundings;
beforeAll(async () => {
  ofThisProcess = await realSurroundings();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-simulate-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function recorded(): { surroundings: Surroundings; out: () => string; err: () => string } {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const output = (texts: string[]): Output => ({
    isTerminal: false,
    columns: 80,
    write: async (text) => void texts.push(String(text)),
  });
  const surroundings = { ...ofThisProcess, stdout: output(stdout), stderr: output(stderr) };
  return { surroundings, out: () => stdout.join(''), err: () => stderr.join('') };
}

async function quorate(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { surroundings, out, err } = recorded();
  return { code: await main(['simulate', ...argv], surroundings), out: out(), err: err() };
}

describe('quorate simulate', () => {
  it('runs seeds and sums up what they came to', async () => {
    const { code, out } = await quorate('--runs', '5', '--first', '0x10');
    expect(out).toMatch(/^5 runs from seed 0x10: 0 failures in [\d.]+ s\n\d+ writes, .* crashes.*\n.* times real time/);
    expect(code).toBe(0);
  });

  it('answers in JSON', async () => {
    const { out } = await quorate('--runs', '2', '--first', '1', '--json');
    expect(JSON.parse(out)).toMatchObject({ runs: 2, failures: [], figures: { writes: expect.any(Number) } });
  });

  it('replays a seed with the same trace and digest each time', async () => {
    const [once, again] = [
      await quorate('--seed', '7', '--trace', '--json'),
      await quorate('--seed', '0x7', '--trace', '--json'),
    ];
    const withoutTime = (text: string): string => text.replace(/"tookMs":\d+/, '');
    expect(withoutTime(once.out)).toBe(withoutTime(again.out));
    expect(once.out).toMatch(/^ +0\.000 n1 +starts\n/);
    expect(once.out).toMatch(/^ +\d+\.\d{3} c\d +sent to n\d: change put plain\/key\d #\d+, \d+ bytes$/m);
  });

  it('shows a failing seed, shrunk, with commands that run it again', async () => {
    const broken = kvSubject({ durability: 'memory', antiEntropy: false });
    const { surroundings, out } = recorded();
    // The first is well; the second is short, for it takes hundreds of runs to shrink one.
    const options: SimulateOptions = { runs: 2, first: 9n, seconds: 3, trace: false, save: directory, shrink: true };
    expect(await runSimulate(options, surroundings, { ...usualSubjects(), kv: broken })).toBe(1);
    expect(out()).toMatch(
      /seed (0x[0-9a-f]+) failed: an acknowledged write is lost.*\n {2}replay: quorate simulate --seed \1 --seconds 3 --trace\n/,
    );
    expect(out()).toMatch(/^2 runs from seed 0x9, 3 s each: 1 failure /m);
    expect(out()).toMatch(/shrunk from \d to \d nodes, \d+ to \d faults, \d+ to \d operations in \d+ tries/);
    const file = join(directory, readdirSync(directory)[0] ?? '');
    expect(out()).toContain(`replay: quorate simulate --replay ${file} --trace`);
    const replayed = recorded();
    expect(
      await runSimulate({ trace: true, save: '.', shrink: false, replay: file }, replayed.surroundings, {
        ...usualSubjects(),
        kv: broken,
      }),
    ).toBe(1);
    expect(replayed.out()).toContain('an acknowledged write is lost');
    // The store itself, without the bug, does well in the same circumstances.
    expect((await quorate('--replay', file)).code).toBe(0);
  }, 90_000);

  it('changes the ring too, and prints commands that do so again', async () => {
    const { code, out } = await quorate('--ring-changes', '--runs', '1', '--first', '2', '--seconds', '3');
    expect(out).toMatch(/^1 run from seed 0x2, 3 s each, while the ring changes: 0 failures.*\n.* [1-9]\d* ringChanges, [1-9]/);
    expect(code).toBe(0);
    const broken = wholeSubject({ durability: 'memory', antiEntropy: false });
    const { surroundings, out: told } = recorded();
    const options = { first: 21n, trace: false, ringChanges: true, nodes: 3, save: directory, shrink: false };
    expect(await runSimulate({ ...options, runs: 4 }, surroundings, { ...usualSubjects(), whole: broken })).toBe(1);
    expect(told()).toMatch(
      /seed (0x[0-9a-f]+) failed: .*\n {2}replay: quorate simulate --seed \1 --ring-changes --nodes 3 --trace\n/,
    );
  }, 90_000);

  it('tells from a file whether it is of everything at once', async () => {
    const { form, draw } = wholeSubject();
    const file = join(directory, 'whole.json');
    writeFileSync(file, encodePlan(form, draw(3n, { ringChanges: true, durationMs: 1_000 })));
    const { code, out } = await quorate('--replay', file);
    expect(out).toMatch(/registersAnswered/);
    expect(code).toBe(0);
  });

  it.each([
    ['zero runs', ['--runs', '0'], "'0'"],
    ['more nodes than can be', ['--nodes', '1001'], '3 to 1000'],
    ['no clients', ['--clients', '0'], '1 to 1000'],
    ['clients for a plan that has its own', ['--clients', '2', '--replay', 'f'], '--clients'],
    ['a seed that is none', ['--seed', 'x'], "'x'"],
    ['a seed out of range', ['--seed', '0x10000000000000000'], '2^64'],
    ['an unknown flag', ['--luck'], '--luck'],
    ['both a seed and a file', ['--seed', '1', '--replay', 'f'], '--seed and --replay'],
    ['a trace of many runs', ['--trace'], '--trace needs'],
    ['a number of runs of one seed', ['--seed', '1', '--runs', '3'], '--runs and --seed'],
    ['zones of a ring that changes', ['--ring-changes', '--zones', '2'], '--zones and --ring-changes'],
    ['everything for a plan that has its own', ['--ring-changes', '--replay', 'f'], '--replay cannot'],
    ['two ends', ['--minutes', '1', '--runs', '3'], '--runs and --minutes'],
  ])('refuses %s by one line and exit code 2', async (_what, argv, part) => {
    const { code, err, out } = await quorate(...argv);
    expect(err).toContain(part);
    expect(err.trim().split('\n').length).toBe(2);
    expect([code, out]).toEqual([2, '']);
  });

  it('refuses a file that is no plan, or one of another version', async () => {
    const file = join(directory, 'plan.json');
    writeFileSync(file, 'hello');
    expect(await quorate('--replay', file)).toMatchObject({ code: 2, err: expect.stringContaining('JSON') });
    writeFileSync(file, '{"format":"quorate simulation plan","version":99}');
    expect(await quorate('--replay', file)).toMatchObject({ code: 2, err: expect.stringContaining('version 99') });
    expect(readFileSync(file, 'utf8')).toContain('99');
    expect(await quorate('--replay', join(directory, 'none.json'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('none.json'),
    });
  });
});
