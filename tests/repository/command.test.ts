/** bin/quorate.js: which program it starts, and with which Node.js. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const nodeOfTheRepository = join(repository, 'node_modules/node');

/** Makes a Node.js believe that it is 20.11; only the first process does, not the one it starts. */
const PRETEND_TO_BE_OLD =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.0'}})";

/** Stands for the real command line: tells who runs it, then does what its first argument says. */
const PROGRAM = `
export const main = async (argv) => {
  const terminated = new Promise((resolve) => process.once('SIGTERM', resolve));
  console.log(JSON.stringify({ file: import.meta.url.split('/').at(-1), version: process.versions.node, argv }));
  if (argv[0] === 'fail') return 7;
  if (argv[0] === 'die') process.kill(process.pid, 'SIGKILL');
  if (argv[0] === 'wait') {
    const alive = setInterval(() => undefined, 1000);
    await terminated;
    clearInterval(alive);
    return 5;
  }
  return 0;
};
`;

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;
let command: string;

const place = (path: string, content: string): void => {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-command-'));
  command = join(directory, 'bin/quorate.js');
  place('package.json', '{ "type": "module" }');
  place('dist/apps/command-line/main.js', PROGRAM);
  mkdirSync(join(directory, 'bin'));
  copyFileSync(join(repository, 'bin/quorate.js'), command);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (argv: readonly string[], nodeOptions: readonly string[] = []): ChildProcess =>
  spawn(process.execPath, [...nodeOptions, command, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });

const ended = (child: ChildProcess): Promise<Outcome> =>
  new Promise((resolve) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });

const old = ['--import', PRETEND_TO_BE_OLD];
const told = (outcome: Outcome): unknown => JSON.parse(outcome.stdout);

describe('the command', () => {
  it('runs the built program of the published package and ends with its code', async () => {
    const outcome = await ended(start(['fail', '--now']));
    expect(told(outcome)).toEqual({ file: 'main.js', version: process.versions.node, argv: ['fail', '--now'] });
    expect(outcome.code).toBe(7);
  });

  it('runs the source in the repository', async () => {
    place('src/apps/command-line/main.ts', PROGRAM.replace('(argv)', '(argv: readonly string[]): Promise<number>'));
    expect(told(await ended(start([])))).toMatchObject({ file: 'main.ts' });
  });
});

describe('the command on an old Node.js', () => {
  it('says in one line what it found and what it needs', async () => {
    const outcome = await ended(start(['status'], old));
    expect(outcome).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: 'quorate: Node.js 20.11.0 is too old, 22.18 or newer is needed\n',
    });
  });

  it('does not exchange it for another that is too old', async () => {
    place('node_modules/node/bin/node', '');
    place('node_modules/node/package.json', '{ "version": "22.17.1" }');
    expect(await ended(start(['status'], old))).toMatchObject({ code: 1, stdout: '' });
  });

  describe('in the repository, which brings one', () => {
    beforeEach(() => {
      mkdirSync(join(directory, 'node_modules'));
      symlinkSync(nodeOfTheRepository, join(directory, 'node_modules/node'));
    });

    it('runs again with that one: same arguments, same exit code', async () => {
      const outcome = await ended(start(['fail', '--now'], old));
      expect(told(outcome)).toMatchObject({ argv: ['fail', '--now'], version: expect.stringMatching(/^24\./) });
      expect(outcome).toMatchObject({ code: 7, stderr: '' });
    });

    it('hands signals on', async () => {
      const child = start(['wait'], old);
      const outcome = ended(child);
      child.stdout?.once('data', () => child.kill('SIGTERM'));
      expect(await outcome).toMatchObject({ code: 5, signal: null });
    });

    it('ends by the signal that ended the program', async () => {
      expect(await ended(start(['die'], old))).toMatchObject({ code: null, signal: 'SIGKILL' });
    });
  });
});
