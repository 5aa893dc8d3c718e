/**
 * A system with its load, in a process of their own: clients that shared one would feel each other. In one process the garbage of etcd's
 * client stopped that of Quorate for 20 ms and more, and V8 threw away code that rested meanwhile: gets came to 0.45 of the floor's
 * instead of 0.6.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Answers, Command, LoadArguments } from './commands.ts';
import type { Point, Verb } from './load.ts';

const PROGRAM = join(import.meta.dirname, 'load-process.ts');

export class LoadedSystem {
  readonly name: string;
  readonly #child: ChildProcess;
  #series = 0;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  /** `undefined` if it cannot run on this machine; it has said why. */
  static async start(options: LoadArguments): Promise<LoadedSystem | undefined> {
    const system = new LoadedSystem(options.system, fork(PROGRAM, [JSON.stringify(options)], { serialization: 'advanced' }));
    if (await system.#ask({ kind: 'start' })) return system;
    await system.close();
    return undefined;
  }

  preload(keys: number, inFlight: number): Promise<undefined> {
    return this.#ask({ kind: 'preload', keys, inFlight });
  }

  /** @returns a number for its rounds, which make up a point. */
  beginSeries(): number {
    return this.#series++;
  }

  /** One round. */
  closedLoop(series: number, verb: Verb, inFlight: number, seconds: number): Promise<undefined> {
    return this.#ask({ kind: 'closed', series, verb, inFlight, seconds });
  }

  /** One round. */
  openLoop(series: number, verb: Verb, perSecond: number, seconds: number): Promise<undefined> {
    return this.#ask({ kind: 'open', series, verb, perSecond, seconds });
  }

  /** Of all rounds of the series, which ends. */
  endSeries(series: number, verb: Verb, load: string): Promise<Point> {
    return this.#ask({ kind: 'point', series, verb, load });
  }

  async close(): Promise<void> {
    await this.#ask({ kind: 'close' });
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  /** One at a time. @throws what happened there. */
  async #ask<Asked extends Command>(command: Asked): Promise<Answers[Asked['kind']]> {
    const child = this.#child;
    const ended = new AbortController();
    const end = once(child, 'exit', { signal: ended.signal }).then(
      () => ({ failed: 'its process has ended' }),
      () => ({ failed: 'aborted' }),
    );
    const answered = once(child, 'message', { signal: ended.signal }).then(([message]) => message as Answer);
    child.send(command);
    const answer = await Promise.race([answered, end]);
    ended.abort();
    if ('failed' in answer) throw new Error(`${this.name}: ${answer.failed}`);
    return answer.done as Answers[Asked['kind']];
  }
}
