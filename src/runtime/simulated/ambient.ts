/**
 * Node's own clock, timers and randomness, simulated: code that calls `setTimeout`, `Date.now()` or `Math.random()` inside a
 * simulation gets the time, the timers and the randomness of the process it runs in. Code outside, of the same Node process, goes on
 * with the real ones: what is inside is told by an asynchronous context.
 *
 * Only the globals are replaced, and only while a simulation runs; `node:timers/promises` and `node:crypto` are not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Timer, World } from '../world/index.ts';

/** The world of whoever runs now. */
export type CurrentWorld = () => Pick<World, 'clock' | 'random' | 'timers'>;

const inside = new AsyncLocalStorage<CurrentWorld>();
const real = {
  Date,
  random: Math.random,
  now: performance.now.bind(performance),
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  getRandomValues: crypto.getRandomValues.bind(crypto),
  randomUUID: crypto.randomUUID.bind(crypto),
};
let users = 0;

/** Run `body`, and all that it begins, with the ambient world of the simulation. */
export async function withAmbientWorld<Result>(current: CurrentWorld, body: () => Promise<Result>): Promise<Result> {
  if (users++ === 0) install();
  try {
    return await inside.run(current, body);
  } finally {
    if (--users === 0) restore();
  }
}

/** As the platform's own, also inside a simulation: for the simulation itself. */
export function realSetImmediate(callback: () => void): void {
  real.setImmediate(callback);
}

class AmbientTimer {
  readonly #timer: Timer;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  cancel(): void {
    this.#timer.cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

class AmbientDate extends real.Date {
  constructor(...given: [] | [value: number | string | Date]) {
    const current = inside.getStore();
    if (given.length === 0 && current !== undefined) super(current().clock.wallTime());
    // The further forms (year, month, ...) have more parameters than the first: all are passed on.
    else super(...(given as [number]));
  }

  static override now(): number {
    return inside.getStore()?.().clock.wallTime() ?? real.Date.now();
  }
}

function install(): void {
  globalThis.Date = AmbientDate as DateConstructor;
  Math.random = () => {
    const current = inside.getStore();
    return current === undefined ? real.random() : current().random.uint32() / 2 ** 32;
  };
  performance.now = () => inside.getStore()?.().clock.now() ?? real.now();
  Object.assign(globalThis, { ...timers(), ...immediates() });
  Object.assign(crypto, { randomUUID, getRandomValues });
}

function restore(): void {
  const { Date: RealDate, random, now, getRandomValues: values, randomUUID: uuid, ...realTimers } = real;
  globalThis.Date = RealDate;
  Math.random = random;
  performance.now = now;
  Object.assign(globalThis, realTimers);
  Object.assign(crypto, { randomUUID: uuid, getRandomValues: values });
}

type Callback = (...given: unknown[]) => void;

function timers(): object {
  const clear = (otherwise: (timer: never) => void) => (timer: unknown) => {
    if (timer instanceof AmbientTimer) timer.cancel();
    else otherwise(timer as never);
  };
  return {
    setTimeout: (callback: Callback, delay = 0, ...given: unknown[]) => {
      const current = inside.getStore();
      if (current === undefined) return real.setTimeout(callback, delay, ...given);
      return new AmbientTimer(current().timers.after(Math.max(0, delay), () => callback(...given)));
    },
    setInterval: (callback: Callback, delay = 0, ...given: unknown[]) => {
      const current = inside.getStore();
      if (current === undefined) return real.setInterval(callback, delay, ...given);
      return new AmbientTimer(current().timers.every(Math.max(1, delay), () => callback(...given)));
    },
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
  };
}

function immediates(): object {
  return {
    setImmediate: (callback: Callback, ...given: unknown[]) => {
      const current = inside.getStore();
      if (current === undefined) return real.setImmediate(callback, ...given);
      return new AmbientTimer(current().timers.after(0, () => callback(...given)));
    },
    clearImmediate: (timer: unknown) => {
      if (timer instanceof AmbientTimer) timer.cancel();
      else real.clearImmediate(timer as NodeJS.Immediate);
    },
  };
}

function getRandomValues<Values extends NodeJS.ArrayBufferView>(values: Values): Values {
  const current = inside.getStore();
  if (current === undefined) return real.getRandomValues(values as never) as Values;
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength).set(current().random.bytes(values.byteLength));
  return values;
}

/** Version 4 of RFC 9562, section 5.4. */
function randomUUID(): string {
  const current = inside.getStore();
  if (current === undefined) return real.randomUUID();
  const bytes = current().random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
