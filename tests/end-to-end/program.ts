/** The program as a user runs it: real processes, real disks, real sockets on the loopback interface. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/quorate.js', import.meta.url));
const running = new Set<ChildProcess>();

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way, with all it has printed. */
export class Program {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  #stdout = '';
  #stderr = '';
  readonly #onOutput = new Set<() => void>();

  constructor(argv: readonly string[], directory: string) {
    // Without the variables that would make a user's habits part of the test.
    const env = { ...process.env, QUORATE_ADDRESS: '', NO_COLOR: '1' };
    this.child = spawn(process.execPath, [PROGRAM, ...argv], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.child);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString();
      for (const look of this.#onOutput) look();
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString();
      for (const look of this.#onOutput) look();
    });
    this.finished = new Promise((resolve) => {
      this.child.once('close', (code) => {
        running.delete(this.child);
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr });
        for (const look of this.#onOutput) look();
      });
    });
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  /** Wait until it has printed something. @throws Error if it ends without. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.output);
        if (found !== null) resolve(found);
        else if (running.has(this.child)) return;
        else reject(new Error(`ended without printing ${pattern}:\n${this.output}`));
        this.#onOutput.delete(look);
      };
      this.#onOutput.add(look);
      look();
    });
  }

  stop(signal: NodeJS.Signals): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }
}

/** A folder of its own for a test, in which commands are run; ends what is still running in the end. */
export class Workplace implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'quorate-end-to-end-'));
  readonly #programs: Program[] = [];

  begin(...argv: readonly string[]): Program {
    const program = new Program(argv, this.directory);
    this.#programs.push(program);
    return program;
  }

  run(...argv: readonly string[]): Promise<Finished> {
    return this.begin(...argv).finished;
  }

  /** Three nodes, ready. */
  async startCluster(...more: readonly string[]): Promise<Cluster> {
    const [port = 0, http = 0] = [await freeRun(3), await freeRun(3)];
    const options = ['--data', 'data', '--port', `${port}`, '--http-port', `${http}`, ...more];
    const program = this.begin('local', ...options);
    await program.until(/Ctrl-C/);
    return { program, port, http, options, address: `127.0.0.1:${port}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.filter(({ child }) => running.has(child)).map((program) => program.stop('SIGTERM')));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface Cluster {
  readonly program: Program;
  /** Of the first node; the others have the next ones. */
  readonly port: number;
  readonly http: number;
  readonly options: readonly string[];
  readonly address: string;
}

/** The process of a node, as `quorate local` tells it. */
export function processOf({ program }: Cluster, node: string): number {
  const found = new RegExp(`^ +${node} .*pid (\\d+)`, 'm').exec(program.output);
  if (found?.[1] === undefined) throw new Error(`no process of ${node} in:\n${program.output}`);
  return Number(found[1]);
}

const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** The first of some consecutive ports that were free a moment ago. */
export async function freeRun(count: number): Promise<number> {
  for (;;) {
    const first = FIRST_PORT + Math.floor(Math.random() * PORTS);
    const servers = await Promise.all(Array.from({ length: count }, (_unused, index) => listenOn(first + index)));
    const taken = servers.filter((server) => server !== undefined);
    await Promise.all(taken.map((server) => new Promise((resolve) => server.close(resolve))));
    if (taken.length === count) return first;
  }
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
