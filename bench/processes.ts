/** Child processes of a measurement: started here, ended here, whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, rmSync } from 'node:fs';
import { constants as system } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 10_000;
const LINES_KEPT = 20;
const PARENT_POLL_MS = 500;

const running = new Set<ChildProcess>();
const lastLines = new WeakMap<ChildProcess, string[]>();

/** However this process ends: kill the children, then remove the directory of their data. */
export function cleanUpAtEnd(directory: string): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  // By itself Node ends at these without the event above.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + system.signals[signal]));
  }
  endWithScript();
}

/** A shell stands between npm and its script, and dies of a signal without passing it on: whoever ends npm means this process too. */
function endWithScript(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  setInterval(() => {
    if (process.ppid !== shell) process.exit(128 + system.signals.SIGTERM);
  }, PARENT_POLL_MS).unref();
}

/** Start a process and wait for the first line of its output that contains `ready`; with '' do not wait. */
export async function startProcess(command: string, args: readonly string[], ready: string): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const kept: string[] = [];
  lastLines.set(child, kept);
  const keep = (line: string): void => {
    kept.push(line);
    if (kept.length > LINES_KEPT) kept.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  const lines = createInterface({ input: child.stdout }).on('line', keep);
  await once(child, 'spawn');
  if (ready === '') return child;
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes(ready)) resolve();
    });
    // When its output has been read too.
    child.once('close', () => reject(endOf(child)));
  });
  return child;
}

/** @throws what it said last, if the process has ended. */
export function assertRunning(child: ChildProcess): void {
  if (!running.has(child)) throw endOf(child);
}

function endOf(child: ChildProcess): Error {
  const [command = ''] = child.spawnargs;
  return new Error(`${command} ended with ${child.exitCode ?? child.signalCode}: ${lastLines.get(child)?.join('\n')}`);
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => {
    console.log(`process ${child.pid} did not end at SIGTERM within ${PATIENCE_MS / 1000} s and was killed`);
    child.kill('SIGKILL');
  }, PATIENCE_MS);
  await exit;
  clearTimeout(impatience);
}

/** Without a chance to put anything in order. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Whether a program is on the path. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
