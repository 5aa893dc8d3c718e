import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { main } from './main.ts';
import { type Output, realSurroundings, type Surroundings } from './surroundings.ts';

const HEADER = '{"format":"quorate-history","version":1}';
const WRITE = '{"process":0,"kind":"write","key":"x","input":1,"invocationMs":0,"responseMs":1,"outcome":"ok"}';
const READ = '{"process":1,"kind":"read","key":"x","output":1,"invocationMs":2,"responseMs":3,"outcome":"ok"}';
const STALE = READ.replace('"output":1', '"output":null');

let directory: string;
let file: string;
/** Once: each adds its listeners to the streams of this process. */
let ofThisProcess: Surroundings;
beforeAll(async () => {
  ofThisProcess = await realSurroundings();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-history-'));
  file = join(directory, 'history.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function quorate(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const output = (to: 'out' | 'err'): Output => ({
    isTerminal: false,
    columns: 80,
    write: async (text) => {
      texts[to] += String(text);
    },
  });
  const code = await main(['history', ...argv], { ...ofThisProcess, stdout: output('out'), stderr: output('err') });
  return { code, ...texts };
}

function write(...rows: string[]): void {
  writeFileSync(file, rows.join('\n'));
}

describe('quorate history check', () => {
  it('says in one line that a history is fine, and ends with 0', async () => {
    write(HEADER, WRITE, READ);
    expect(await quorate('check', file, '--model', 'map')).toEqual({
      code: 0,
      out: 'fine: 2 operations of 2 processes as map (2 steps)\n',
      err: '',
    });
  });

  it('takes the model from the file, explains a violation, draws it, and ends with 1', async () => {
    write(HEADER.replace('}', ',"model":"map"}'), WRITE, STALE);
    const picture = join(directory, 'out.html');
    const { code, out } = await quorate('check', file, '--picture', picture);
    expect(out.split('\n')).toEqual([
      'violation: not linearizable, 2 operations of 2 processes as map (1 steps)',
      "not linearizable (key x): No order of the 2 operations of key x in keeping with time explains what they returned. The longest that does so has 1 of them; then nothing fits 'read x -> null' of process 1, when the object holds 1.",
      `drawn in ${picture}`,
      '',
    ]);
    expect(code).toBe(1);
    expect(readFileSync(picture, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<svg/);
  });

  it.each([
    ['a wrong line', [HEADER, WRITE.replace('"ok"', '"okay"')], 'line 2: it has "okay" as \'outcome\''],
    [
      'a kind that the model does not know',
      [HEADER, WRITE.replace('write', 'push')],
      "line 2: it has the operation 'push', which the model map does not know",
    ],
    ['no header', [WRITE], 'line 1: it has no header'],
  ])('refuses %s with the line, and ends with 2', async (_, rows, message) => {
    write(...rows);
    const { code, err } = await quorate('check', file, '--model', 'map');
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err.trim().split('\n')).toHaveLength(2);
  });

  it('refuses what it does not know or cannot read, and ends with 2', async () => {
    write(HEADER, WRITE);
    expect((await quorate('check', file)).err).toContain('does not say what it is a history of');
    expect((await quorate('check', file, '--model', 'stack')).err).toContain("--model 'stack' is none of register, map");
    expect((await quorate('check', file, '--model', 'map', '--isolation', 'high')).err).toContain("'high' is no isolation level");
    expect((await quorate('check', file, '--model', 'map', '--keyed')).err).toContain('--keyed is for EDN');
    expect(await quorate('check', join(directory, 'none'), '--model', 'map')).toMatchObject({ code: 2 });
  });

  it('says that a search was cut short', async () => {
    const open = Array.from({ length: 9 }, (_, index) =>
      JSON.stringify({ process: index, kind: 'write', input: index, invocationMs: 0, responseMs: 9, outcome: 'ok' }),
    );
    const reads = [3, 4].map(
      (value) =>
        `{"process":${value},"kind":"read","output":${value},"invocationMs":${value + 10},"responseMs":${value + 10.5},"outcome":"ok"}`,
    );
    write(HEADER, ...open, ...reads);
    const { code, out } = await quorate('check', file, '--model', 'register', '--most-steps', '50');
    expect(out).toBe(
      'undecided: 11 operations of 9 processes as register (50 steps, 1 undecided keys)\nThe search was cut short; --most-steps lets it go on longer.\n',
    );
    expect(code).toBe(1);
  });
});

describe('quorate history convert', () => {
  it('writes EDN, which is read again by its name', async () => {
    write(HEADER, WRITE, READ);
    const edn = join(directory, 'history.edn');
    const { code, out } = await quorate('convert', file, '--to', 'edn');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe('{:type :invoke, :process 0, :f :write, :value ["x" 1], :time 0, :index 0}');
    writeFileSync(edn, out);
    expect((await quorate('convert', edn, '--keyed', '--to', 'json')).out).toBe(`${[HEADER, WRITE, READ].join('\n')}\n`);
    expect((await quorate('check', edn, '--keyed', '--model', 'map')).code).toBe(0);
  });
});
