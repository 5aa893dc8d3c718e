import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCK_FILE_NAME, lockDirectory } from './directory-lock.ts';

const MODULE = new URL('./directory-lock.ts', import.meta.url).href;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/quorate-lock-`);
});

afterEach(() => rm(directory, { recursive: true }));

const lockPath = (): string => `${directory}/${LOCK_FILE_NAME}`;

/** Lock the directory in another process, and do what `then` says. */
function program(then: string): string[] {
  const source = `import { lockDirectory } from '${MODULE}'; const lock = lockDirectory('${directory}'); ${then}`;
  return ['--input-type=module', '--eval', source];
}

function gone(): number {
  return spawnSync(process.execPath, ['--eval', '']).pid;
}

it('is held until it is released, and leaves nothing behind', async () => {
  const lock = lockDirectory(directory);
  expect(JSON.parse(await readFile(lockPath(), 'utf8'))).toMatchObject({ pid: process.pid });
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ code: 'directory-in-use' }));
  lock.release();
  expect(await readdir(directory)).toEqual([]);
  const next = lockDirectory(directory);
  lock.release();
  expect(await readdir(directory), "an old release does not remove somebody else's lock").toEqual([LOCK_FILE_NAME]);
  next.release();
});

it('names the directory and the process that holds it', () => {
  const lock = lockDirectory(directory);
  const other = spawnSync(process.execPath, program(''), { encoding: 'utf8' });
  expect(other.stderr).toContain(`'${directory}' is in use by process ${process.pid}`);
  lock.release();
});

it.each(['SIGKILL', 'SIGTERM'] as const)('is taken over from a process that ended by %s', async (signal) => {
  const child = spawn(process.execPath, program("console.log('locked'); setInterval(() => {}, 1000);"), { stdio: 'pipe' });
  await once(child.stdout, 'data');
  expect(() => lockDirectory(directory)).toThrow(expect.objectContaining({ data: { directory, pid: child.pid } }));
  child.kill(signal);
  await once(child, 'exit');
  lockDirectory(directory).release();
});

it('is taken over when the process id belongs to another process by now', async () => {
  await writeFile(lockPath(), JSON.stringify({ pid: process.pid, started: 'an earlier boot 17' }));
  lockDirectory(directory).release();
});

it.each([
  ['of no content', ''],
  ['of half its content', '{"pid":12'],
  ['of something else', '[]'],
])('is taken over when a power loss left a file %s', async (_, content) => {
  await writeFile(lockPath(), content);
  lockDirectory(directory).release();
  expect(await readdir(directory)).toEqual([]);
});

it('is taken over when the process that was taking it over died as well', async () => {
  const stale = JSON.stringify({ pid: gone(), started: 'x' });
  await writeFile(lockPath(), stale);
  await writeFile(`${lockPath()}.takeover`, stale);
  await writeFile(`${lockPath()}.takeover.takeover`, stale);
  lockDirectory(directory).release();
  expect(await readdir(directory)).toEqual([]);
});

it('is won by one of many processes that find it stale at the same moment', async () => {
  await writeFile(lockPath(), JSON.stringify({ pid: gone(), started: 'x' }));
  const children = Array.from({ length: 6 }, () =>
    spawn(process.execPath, program("console.log('won'); process.stdin.resume();"), { stdio: ['pipe', 'pipe', 'ignore'] }),
  );
  const ends = children.map(async (child) => {
    const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    return String(first).trim() === 'won';
  });
  const won = await Promise.all(ends);
  expect(won.filter(Boolean).length).toBe(1);
  const exits = children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined));
  for (const child of children) child.stdin.end();
  await Promise.all(exits);
});
