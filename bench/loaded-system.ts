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
    const answer = await new Promise<Answer>((resolve) => {
      const over = (first: Answer): void => {
        child.off('message', onMessage).off('exit', onExit);
        resolve(first);
      };
      const onMessage = (message: unknown): void => over(message as Answer);
      const onExit = (): void => over({ failed: 'its process has ended' });
      child.on('message', onMessage).on('exit', onExit);
      child.send(command, (error) => {
        if (error !== null) over({ failed: error.message });
      });
    });
    if ('failed' in answer) throw new Error(`${this.name}: ${answer.failed}`);
    return answer.done as Answers[Asked['kind']];
  }
}
