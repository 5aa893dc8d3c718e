import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

const runtime = JSON.stringify(new URL('./index.ts', import.meta.url).href);

/** Run a program of its own; `interact` may act on each of its lines. */
function run(
  program: string,
  programArguments: readonly string[] = [],
  interact: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<{ readonly lines: string[]; readonly code: number | null }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, '--', 'program', ...programArguments], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SET: 'value', EMPTY: '' },
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      interact(line, (signal) => child.kill(signal));
    });
    child.once('close', (code) => resolve({ lines, code }));
  });
}

test('arguments, environment, terminal and exit code', async () => {
  const { lines, code } = await run(
    `
      const p = await import(${runtime});
      console.log(JSON.stringify([p.programArguments(), p.isTerminal(), p.terminalColumns()]));
      console.log(JSON.stringify(['SET', 'EMPTY', 'UNSET'].map((name) => p.environmentVariable(name) ?? null)));
      p.setExitCode(7);
    `,
    ['one', '--two'],
  );
  expect(lines).toEqual(['[["one","--two"],false,80]', '["value",null,null]']);
  expect(code).toBe(7);
});

test('signals reach the callback instead of ending the process, until it stops listening', async () => {
  const { lines, code } = await run(
    `
      const p = await import(${runtime});
      const alive = setInterval(() => {}, 1000);
      const stop = p.onTerminate((signal) => {
        console.log(signal);
        if (signal === 'SIGTERM') {
          stop();
          clearInterval(alive);
        }
      });
      console.log('ready');
    `,
    [],
    (line, kill) => {
      if (line === 'ready') kill('SIGINT');
      if (line === 'SIGINT') kill('SIGTERM');
    },
  );
  expect(lines).toEqual(['ready', 'SIGINT', 'SIGTERM']);
  expect(code).toBe(0);
});

test('children are this program again; their lines and their end come through, also when they are killed or cannot start', async () => {
  const fixture = new URL('./child.fixture.ts', import.meta.url).pathname;
  const output = await new Promise<string>((resolve) => {
    const parent = spawn(process.execPath, [fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    parent.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    parent.once('close', () => resolve(text));
  });
  expect(JSON.parse(output)).toEqual({
    talks: { lines: ['error: a complaint', 'first line', 'second'], ending: { code: 3 }, failure: '' },
    waits: { lines: ['waiting marked'], ending: { signal: 'SIGKILL' }, failure: '' },
    fails: { lines: [], ending: {}, failure: 'Error' },
  });
});
