import { connect } from 'node:net'; // reported: use world.network
import { readFile } from 'node:fs/promises'; // reported: src/runtime/files
import { randomUUID } from 'node:crypto'; // reported: use world.random
import { setTimeout as sleep } from 'node:timers/promises'; // reported: use world.timers
import { performance as stopwatch } from 'node:perf_hooks'; // reported: use world.clock.now()
import { spawn } from 'node:child_process'; // reported: ask src/runtime
import { open } from 'lmdb'; // reported: src/runtime/engines

export const imported = { connect, readFile, randomUUID, sleep, stopwatch, spawn, open };

export const time = Date.now(); // reported: world.clock.now()
export const clock = Date.now; // reported: world.clock.now()
export const moment = new Date(); // reported: world.clock.wallTime()
export const text = Date(); // reported: world.clock.wallTime()
export const given = new Date(0).toISOString();
export const elapsed = performance.now(); // reported: world.clock.now()
export const ticks = process.hrtime.bigint(); // reported: world.clock.now()
export const chance = Math.random(); // reported: world.random
export const source = [1, 2].map(Math.random); // reported: world.random
export const identity = crypto.randomUUID(); // reported: world.random
export const rounded = Math.floor(1.5);

export const once = setTimeout(() => undefined, 1); // reported: world.timers.after
export const again = setInterval(() => undefined, 1); // reported: world.timers.every
export const soon = setImmediate(() => undefined); // reported: world.timers.soon
queueMicrotask(() => undefined); // reported: world.timers.soon
process.nextTick(() => undefined); // reported: world.timers.soon
export const deadline = AbortSignal.timeout(1); // reported: world.timers.after
export const own = { setTimeout: (delayMs: number) => delayMs };
export const method = own.setTimeout(1);

export const page = fetch('http://localhost'); // reported: world.network
export const round = globalThis.setTimeout; // reported: way round the bans
export const late = async (): Promise<unknown> => import('node:fs'); // reported: src/runtime/files
