/** What a command sees of the process it runs in; tests put others in its place. */
import process from 'node:process';
import type { Clock, Random, Timers } from '../../runtime/world/index.ts';
import type { ConnectOptions, Quorate } from '../../stores/kv/client/index.ts';

export interface Output {
  readonly isTerminal: boolean;
  readonly columns: number;
  /** Resolves when the bytes are on their way, so that a slow reader slows the writer. @throws OutputClosed */
  write(chunk: string | Uint8Array): Promise<void>;
}

/** Whoever read our output has gone, as `head` does when it has enough: no error, but the end of the work. */
export class OutputClosed extends Error {
  constructor() {
    super('the output was closed');
    this.name = 'OutputClosed';
  }
}

export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
  environmentVariable(name: string): string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  connect(addresses: readonly string[], options?: ConnectOptions): Promise<Quorate>;
  /** Call on Ctrl-C or SIGTERM instead of ending at once. @returns how to stop listening. */
  onInterrupt(callback: () => void): () => void;
}

/** This process. What is heavy is loaded when it is needed: most commands are short. */
export async function realSurroundings(): Promise<Surroundings> {
  const { environmentVariable, onTerminate, realWorld } = await import('../../runtime/real/index.ts');
  const world = realWorld();
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    readStdin,
    environmentVariable,
    clock: world.clock,
    timers: world.timers,
    random: world.random,
    connect: async (addresses, options) => {
      const { connect } = await import('../client/index.ts');
      return connect(addresses, options);
    },
    onInterrupt: onTerminate,
  };
}

function outputTo(stream: NodeJS.WriteStream): Output {
  // Without a listener, a reader that leaves would end the process with a stack trace; the write's callback tells all.
  stream.on('error', () => {});
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 80;
    },
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => {
          if (error === undefined || error === null) resolve();
          else reject('code' in error && error.code === 'EPIPE' ? new OutputClosed() : error);
        });
      }),
  };
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
