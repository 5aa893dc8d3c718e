/**
 * The processes of `quorate local`: started together, stopped together. A node that cannot start ends them all, since the
 * user should see why; a node that dies later is reported, and the rest go on: that is what the store is for.
 */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Child, ChildOptions, Ending } from '../../runtime/real/index.ts';
import type { Paint } from './paint.ts';

export interface LocalClusterOptions {
  readonly nodes: readonly string[];
  start(node: string, handlers: Pick<ChildOptions, 'onOutputLine' | 'onErrorLine' | 'onEnd'>): Child;
  say(line: string): void;
  readonly paint: Paint;
  howToRestart(node: string): string;
}

type State = 'starting' | 'ready' | 'ended';

interface Member {
  readonly child: Child;
  state: State;
  /** The last error it wrote. */
  complaint: QuorateError | undefined;
}

export class LocalCluster {
  readonly #options: LocalClusterOptions;
  readonly #members = new Map<string, Member>();
  readonly #ready = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<void>();
  #stopping = false;
  #failure: QuorateError | undefined;

  constructor(options: LocalClusterOptions) {
    this.#options = options;
    for (const node of options.nodes) {
      const child = options.start(node, {
        onOutputLine: (line) => this.#onOutput(node, line),
        onErrorLine: (line) => this.#onError(node, line),
        onEnd: (ending, failure) => this.#onEnd(node, ending, failure),
      });
      this.#members.set(node, { child, state: 'starting', complaint: undefined });
    }
  }

  /** Whether all became ready; `false` if one could not start or the cluster was stopped before. */
  get ready(): Promise<boolean> {
    return this.#ready.promise;
  }

  /** When no process is left. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Why the cluster could not start. */
  get failure(): QuorateError | undefined {
    return this.#failure;
  }

  processId(node: string): number | undefined {
    return this.#members.get(node)?.child.processId;
  }

  /** Ask all to stop in an orderly way. */
  stop(): void {
    this.#stopping = true;
    this.#ready.resolve(false);
    this.#signal('SIGTERM');
  }

  /** End all at once. */
  kill(): void {
    this.#stopping = true;
    this.#signal('SIGKILL');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    for (const { child, state } of this.#members.values()) if (state !== 'ended') child.kill(signal);
  }

  #onOutput(node: string, line: string): void {
    const member = this.#members.get(node);
    if (member === undefined || fieldOf(line, 'event') !== 'ready' || member.state !== 'starting') return;
    member.state = 'ready';
    if ([...this.#members.values()].every(({ state }) => state === 'ready')) this.#ready.resolve(true);
  }

  #onError(node: string, line: string): void {
    const member = this.#members.get(node);
    const error = errorIn(line);
    if (member !== undefined && error !== undefined) member.complaint = error;
    // Links that end while all stop are no news.
    if (this.#stopping) return;
    if (error === undefined) this.#options.say(`${this.#options.paint.dim(`[${node}]`)} ${logText(line)}`);
    else if (member?.state !== 'starting') this.#options.say(`${this.#options.paint.dim(`[${node}]`)} error: ${error.message}`);
  }

  #onEnd(node: string, ending: Ending, failure: Error | undefined): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    const { state } = member;
    member.state = 'ended';
    if (!this.#stopping) {
      if (state === 'starting') this.#startFailed(node, member.complaint, failure, ending);
      else this.#reportDeath(node, member, ending);
    }
    if ([...this.#members.values()].every((other) => other.state === 'ended')) {
      this.#ready.resolve(false);
      this.#ended.resolve();
    }
  }

  #startFailed(node: string, complaint: QuorateError | undefined, failure: Error | undefined, ending: Ending): void {
    const description = complaint?.message ?? failure?.message ?? howItEnded(ending);
    this.#failure = new QuorateError({
      code: complaint?.code ?? 'node-failed',
      message: `${node} could not start: ${description}`,
      outcome: 'not-applied',
      next: complaint?.next ?? 'Remove the cause and start again.',
      data: { ...complaint?.data, node },
    });
    this.stop();
  }

  #reportDeath(node: string, { child }: Member, ending: Ending): void {
    const { say, paint, howToRestart } = this.#options;
    say(
      `${paint.red(`${node} (pid ${child.processId ?? '-'}) ${howItEnded(ending)}`)}; the others go on. To bring it back: ${howToRestart(node)}`,
    );
  }
}

function howItEnded({ code, signal }: Ending): string {
  return signal === undefined ? `ended with code ${code ?? '?'}` : `was ended by ${signal}`;
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch (error) {
    // A line of something else that happens to begin with a brace.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fieldOf(line: string, name: string): unknown {
  return parsed(line)?.[name];
}

/** The error that a command with --json ends with. */
function errorIn(line: string): QuorateError | undefined {
  const error = fieldOf(line, 'error');
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message, next } = { code: '', message: '', next: '', ...error };
  return new QuorateError({ code: String(code), message: String(message), outcome: 'not-applied', next: String(next) });
}

/** A structured log line as a person reads it. */
function logText(line: string): string {
  const record = parsed(line);
  if (record === undefined) return line;
  const { level, msg, time: _time, node: _node, ...fields } = record;
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${String(level)}: ${String(msg)}${rest.join('')}`;
}
