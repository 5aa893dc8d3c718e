/** This process and the ones it starts. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What follows the program's name on the command line. */
export function programArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** An environment variable; unset and empty are the same. */
export function environmentVariable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** The code this process will end with once nothing is left to do: output that is still on its way is not cut off. */
export function setExitCode(code: number): void {
  process.exitCode = code;
}

/** End now. */
export function exit(code: number): never {
  process.exit(code);
}

export type TerminationSignal = 'SIGINT' | 'SIGTERM';

/** Call on each SIGINT (Ctrl-C) and SIGTERM instead of ending at once. @returns how to stop listening. */
export function onTerminate(callback: (signal: TerminationSignal) => void): () => void {
  process.on('SIGINT', callback);
  process.on('SIGTERM', callback);
  return () => {
    process.off('SIGINT', callback);
    process.off('SIGTERM', callback);
  };
}

/** Whether standard output is a terminal. */
export function isTerminal(): boolean {
  return process.stdout.isTTY === true;
}

/** Width of the terminal; 80 when there is none. */
export function terminalColumns(): number {
  return process.stdout.columns ?? 80;
}

/** How a process ended: one of the two is there. */
export interface Ending {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface ChildOptions {
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** A program with its arguments that becomes this one, such as `ip netns exec NAME`: it must keep the process's id. */
  readonly launcher?: readonly string[];
  /** Without the line's end. */
  readonly onOutputLine?: (line: string) => void;
  readonly onErrorLine?: (line: string) => void;
  /** Called once, when the process has ended and all its lines have been given out; also when it could not be started. */
  readonly onEnd: (ending: Ending, failure?: Error) => void;
}

export interface Child {
  /** `undefined` when it could not be started. */
  readonly processId: number | undefined;
  kill(signal?: TerminationSignal | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

/**
 * Start this very program again, with other arguments. The child gets no terminal, but it does get the terminal's Ctrl-C unless
 * it is told to ignore it: both are in one process group.
 */
export function spawnChild(programArguments: readonly string[], options: ChildOptions): Child {
  const [command = process.execPath, ...commandArguments] = [...(options.launcher ?? []), ...thisProgram(), ...programArguments];
  const child = spawn(command, commandArguments, {
    env: { ...process.env, ...options.environment },
    cwd: options.workingDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure ??= error;
    // A child that never started has no end to wait for.
    if (child.pid === undefined) options.onEnd({ code: undefined, signal: undefined }, error);
  });
  const linesGiven = Promise.all([lines(child.stdout, options.onOutputLine), lines(child.stderr, options.onErrorLine)]);
  if (child.pid !== undefined) reportEnd(child, linesGiven, (ending) => options.onEnd(ending, failure));
  return { processId: child.pid, kill: (signal = 'SIGTERM') => void child.kill(signal) };
}

/**
 * The same, with this process's own output and errors, as if it ran in its place.
 * @returns how it ended. @throws Error when it could not be started.
 */
export function runInPlace(
  programArguments: readonly string[],
  { launcher, onStarted }: { readonly launcher: readonly string[]; onStarted(child: Child): void },
): Promise<Ending> {
  const [command = process.execPath, ...commandArguments] = [...launcher, ...thisProgram(), ...programArguments];
  const child = spawn(command, commandArguments, { stdio: ['ignore', 'inherit', 'inherit'] });
  onStarted({ processId: child.pid, kill: (signal = 'SIGTERM') => void child.kill(signal) });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}

function thisProgram(): readonly string[] {
  const program = process.argv[1];
  return [process.execPath, ...process.execArgv, ...(program === undefined ? [] : [program])];
}

function reportEnd(
  child: ChildProcessByStdio<null, Readable, Readable>,
  linesGiven: Promise<unknown>,
  onEnd: (ending: Ending) => void,
): void {
  child.once('close', (code, signal) => {
    void linesGiven.then(() => onEnd({ code: code ?? undefined, signal: signal ?? undefined }));
  });
}

function lines(stream: Readable, onLine: ((line: string) => void) | undefined): Promise<void> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    reader.on('line', (line) => onLine?.(line));
    reader.once('close', () => resolve());
  });
}
