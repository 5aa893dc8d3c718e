/**
 * Calls from one simulated process into another: what stands for the HTTP or RPC layer in front of a user's service. The way is
 * short and reliable; what fails is the process at its end.
 */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { SeededRandom, SimulatedProcess, Simulation } from '../../../runtime/simulated/index.ts';
import type { NodeWorld } from '../../../runtime/world/index.ts';

const WAY_MS_MAX = 2;
const CALL_TIMEOUT_MS = 30_000;
const SHOWN_LENGTH = 120;

/** One life of a service: what its start function has made, perhaps not yet. */
export interface ServiceLife {
  readonly world: NodeWorld;
  readonly service: Promise<object>;
}

export interface RemoteParts {
  readonly simulation: Simulation;
  readonly process: SimulatedProcess;
  readonly random: SeededRandom;
  /** The present life; `undefined` while the process is down. */
  life(): ServiceLife | undefined;
}

/** An object whose every method is a call to the service's method of that name. */
export function remoteOf(parts: RemoteParts): object {
  const calls = new Map<string, (...given: unknown[]) => Promise<unknown>>();
  return new Proxy(
    {},
    {
      get(_target, name) {
        // A promise resolved with this object asks whether it is one itself.
        if (typeof name !== 'string' || name === 'then') return undefined;
        const known = calls.get(name) ?? ((...given: unknown[]) => callRemote(parts, name, given));
        calls.set(name, known);
        return known;
      },
    },
  );
}

function callRemote(parts: RemoteParts, method: string, given: readonly unknown[]): Promise<unknown> {
  const { simulation, process, random } = parts;
  const copies = structuredClone(given);
  const what = `${process.name}.${method}(${copies.map(shown).join(', ')})`;
  simulation.note(`calls ${what}`, 'client');
  return new Promise((resolve, reject) => {
    let isOver = false;
    const finish = (how: string, settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      forget();
      simulation.note(`${what} ${how}`, 'client');
      settle();
    };
    const fail = (error: unknown): void =>
      finish(`fails: ${error instanceof Error ? error.message : String(error)}`, () => reject(error));
    const forget = process.onceEnded(() => fail(unreached('service-crashed', process.name, method)));
    simulation.after(CALL_TIMEOUT_MS, () => fail(unreached('timeout', process.name, method)));
    simulation.after(random.below(WAY_MS_MAX * 1_000) / 1_000, () => {
      const life = parts.life();
      if (life === undefined) {
        fail(unreached('service-down', process.name, method));
        return;
      }
      // An event of the process: it waits while the process is paused, and never comes once it is dead.
      life.world.timers.soon(() => {
        carryOut(life, method, copies).then(
          (result) => {
            const copy = structuredClone(result);
            life.world.timers.soon(() =>
              simulation.after(random.below(WAY_MS_MAX * 1_000) / 1_000, () => {
                finish(`returns ${shown(copy)}`, () => resolve(copy));
              }),
            );
          },
          (error: unknown) => fail(error),
        );
      });
    });
  });
}

async function carryOut(life: ServiceLife, method: string, given: readonly unknown[]): Promise<unknown> {
  const service = await life.service;
  const called: unknown = Reflect.get(service, method);
  if (typeof called !== 'function') throw new TypeError(`the service has no method '${method}'`);
  const result: unknown = Reflect.apply(called, service, given);
  return await result;
}

function unreached(code: 'service-crashed' | 'service-down' | 'timeout', service: string, method: string): QuorateError {
  const problem = {
    'service-crashed': `'${service}' crashed during the call of '${method}'`,
    'service-down': `'${service}' is down: '${method}' was not called`,
    timeout: `'${service}' did not answer the call of '${method}' within ${CALL_TIMEOUT_MS} ms`,
  }[code];
  return new QuorateError({
    code,
    message: problem,
    outcome: code === 'service-down' ? 'not-applied' : 'unknown',
    next: 'Call it again when it is back, or another instance of it.',
    data: { service, method },
  });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
