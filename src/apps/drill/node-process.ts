/** One node of a drill as a process: started, killed, paused, and noticed when it ends by itself. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { type Child, type Ending, spawnChild } from '../../runtime/real/index.ts';

export interface NodeProcessOptions {
  readonly name: string;
  readonly programArguments: readonly string[];
  readonly launcher: readonly string[];
  /** Each line of its log. */
  onLogLine(line: string): void;
  /** It ended, and nobody had asked it to. */
  onAccident(description: string): void;
}

interface Life {
  readonly child: Child;
  readonly listening: PromiseWithResolvers<boolean>;
  readonly ended: PromiseWithResolvers<void>;
  expected: boolean;
}

const LINES_KEPT = 3;

export class NodeProcess {
  readonly #options: NodeProcessOptions;
  #life: Life | undefined;
  #lastLines: string[] = [];

  constructor(options: NodeProcessOptions) {
    this.#options = options;
  }

  /** Resolves when it listens, or when it is killed before: whoever kills it decides what becomes of it. @throws QuorateError `node-failed` if it ends by itself. */
  async start(): Promise<void> {
    // Whoever lets a node in and whoever ends a fault may both want it to run.
    if (this.#life?.expected === true) await this.#life.ended.promise;
    const life = this.#life ?? this.#begin();
    if ((await life.listening.promise) || life.expected) return;
    throw new QuorateError({
      code: 'node-failed',
      message: `${this.#options.name} could not start: ${this.#lastLines.join(' | ')}`,
      outcome: 'not-applied',
      next: "See its log in the drill's directory.",
      data: { node: this.#options.name },
    });
  }

  #begin(): Life {
    const life: Life = {
      listening: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      expected: false,
      child: spawnChild(this.#options.programArguments, {
        launcher: this.#options.launcher,
        onOutputLine: (line) => {
          if (line.includes('"event":"listening"')) life.listening.resolve(true);
        },
        onErrorLine: (line) => {
          this.#lastLines = [...this.#lastLines, line].slice(-LINES_KEPT);
          this.#options.onLogLine(line);
        },
        onEnd: (ending, failure) => this.#ended(life, ending, failure),
      }),
    };
    this.#life = life;
    return life;
  }

  /** At once; resolves when it is gone. */
  async kill(): Promise<void> {
    const life = this.#life;
    if (life === undefined) return;
    life.expected = true;
    life.child.kill('SIGKILL');
    await life.ended.promise;
  }

  pause(): void {
    this.#life?.child.kill('SIGSTOP');
  }

  resume(): void {
    this.#life?.child.kill('SIGCONT');
  }

  #ended(life: Life, { code, signal }: Ending, failure: Error | undefined): void {
    if (this.#life === life) this.#life = undefined;
    life.listening.resolve(false);
    life.ended.resolve();
    if (life.expected) return;
    const how = failure?.message ?? (signal === undefined ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`);
    this.#options.onAccident(`${this.#options.name} ${how}: ${this.#lastLines.at(-1) ?? 'without a word'}`);
  }
}
