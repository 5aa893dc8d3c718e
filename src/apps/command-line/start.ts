import { dirname, join } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { LogLevel } from '../../runtime/real/index.ts';
import type { Timers } from '../../runtime/world/index.ts';
import type { RunningServer } from '../server/index.ts';
import { EXIT } from './exit-codes.ts';
import { jsonOption } from './options.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';

interface StartOptions {
  readonly config: string;
  readonly node: string;
  readonly data?: string;
  readonly logLevel?: LogLevel;
  readonly join?: boolean;
  readonly withParent?: boolean;
  readonly detour?: ReadonlyMap<string, string>;
  readonly json?: boolean;
}

/** With --json, one line each on standard output: how `quorate local` follows its nodes. */
export type StartEvent =
  | {
      readonly event: 'listening';
      readonly node: string;
      readonly address: string;
      readonly http: string | undefined;
      readonly pid: number;
    }
  | { readonly event: 'ready'; readonly node: string }
  | { readonly event: 'stopped'; readonly node: string };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];
const READY_POLL_MS = 20;
const PARENT_POLL_MS = 1_000;

export function addStart(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('start')
    .description('run one node of a cluster')
    .requiredOption('--config <file>', 'the configuration of the cluster, quorate.json')
    .requiredOption('--node <name>', 'which of its nodes this one is')
    .option('--data <directory>', 'where its data are (default: <directory of the configuration>/<node>)')
    .addOption(
      new Option('--log-level <level>', 'least important log lines to write to standard error')
        .choices(LOG_LEVELS)
        .default('info'),
    )
    .option('--join', 'it is new: it serves once an administrator lets it in (quorate cluster join)')
    // For `quorate local`: stop when the parent ends, and leave Ctrl-C, which the whole group hears, to the parent.
    .addOption(new Option('--with-parent').hideHelp())
    // For `quorate drill`: other nodes are reached through what it can cut. ADDRESS=ADDRESS, any number of times.
    .addOption(new Option('--detour <addresses>').hideHelp().argParser(detour));
  jsonOption(command).action(async (options: StartOptions) => {
    await runNode(options, surroundings);
    finish(EXIT.ok);
  });
}

async function runNode(options: StartOptions, surroundings: Surroundings): Promise<void> {
  const { config, node, json = false } = options;
  const { createLog } = await import('../../runtime/real/index.ts');
  const { readConfiguration, startServer } = await import('../server/index.ts');
  const configuration = await readConfiguration(config);
  const log = createLog({ level: options.logLevel ?? 'info', fields: { node } });
  const directory = options.data ?? join(dirname(config), node);
  // Before anything is opened, so that an early Ctrl-C ends in an orderly way too.
  const ending = whenToEnd(surroundings, options.withParent === true);
  const { join: isNew = false, detour: detours = new Map() } = options;
  const server = await startServer({ source: config, configuration, node, join: isNew, directory, log, detours }).catch(
    (error: unknown) => {
      // What waits for the end would keep the process alive, and whoever started it waiting.
      ending.forget();
      throw error;
    },
  );
  const say = (event: StartEvent): Promise<void> =>
    surroundings.stdout.write(json ? `${JSON.stringify(event)}\n` : shown(event, directory));
  await say({ event: 'listening', node, address: server.address, http: server.httpAddress, pid: process.pid });
  const watch = announceReadiness(server, surroundings.timers, () => void say({ event: 'ready', node }));
  try {
    await ending.reached;
  } finally {
    watch.cancel();
    await server.stop();
  }
  await say({ event: 'stopped', node });
}

function detour(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [address = '', dialled = ''] = text.split('=');
  return new Map([...before, [address, dialled]]);
}

function shown(event: StartEvent, directory: string): string {
  switch (event.event) {
    case 'listening': {
      const http = event.http === undefined ? '' : `, http://${event.http}`;
      return `${event.node} listens on ${event.address}${http}; data in ${directory}, pid ${event.pid}\n`;
    }
    case 'ready':
      return `${event.node} is ready\n`;
    case 'stopped':
      return `${event.node} has stopped\n`;
  }
}

function announceReadiness(server: RunningServer, timers: Timers, announce: () => void): { cancel(): void } {
  const timer = timers.every(READY_POLL_MS, () => {
    if (server.unreadiness() !== undefined) return;
    timer.cancel();
    announce();
  });
  return timer;
}

/** Resolves on SIGTERM or Ctrl-C, or when the parent is gone; a second signal ends the process at once. */
function whenToEnd(surroundings: Surroundings, withParent: boolean): { readonly reached: Promise<void>; forget(): void } {
  let forget = (): void => {};
  const reached = new Promise<void>((resolve) => {
    if (withParent) {
      const parent = process.ppid;
      const timer = surroundings.timers.every(PARENT_POLL_MS, () => {
        if (process.ppid === parent) return;
        timer.cancel();
        resolve();
      });
      forget = () => timer.cancel();
      process.on('SIGINT', () => {});
      process.once('SIGTERM', () => {
        timer.cancel();
        resolve();
      });
      return;
    }
    let asked = false;
    surroundings.onInterrupt(() => {
      if (asked) process.exit(EXIT.interrupted);
      asked = true;
      resolve();
    });
  });
  return { reached, forget: () => forget() };
}
