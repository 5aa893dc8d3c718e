/** Options that several commands have, and how their texts become values. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ChangeOptions, Context, ReadOptions } from '../../stores/kv/index.ts';

export interface ClusterOptions {
  readonly address: readonly string[];
  readonly json?: boolean;
  readonly timeout?: number;
}

const MOST_TIMEOUT_MS = 3_600_000;
const MOST_REPLICAS = 16;

/** A whole number from `least` to `most`, for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

export function jsonOption(command: Command): Command {
  return command.option('--json', 'answer, and complain, in JSON');
}

export function clusterOptions(command: Command): Command {
  return jsonOption(
    command
      .addOption(
        new Option('-a, --address <address>', 'a node, host:port or unix:/path; may be given several times')
          .default([], 'QUORATE_ADDRESS, else the nodes of ./data/quorate.json, else 127.0.0.1:7401')
          .argParser((text: string, before: readonly string[]) => [...before, text]),
      )
      .option('--timeout <ms>', 'milliseconds until a call fails (default 5000)', wholeNumber(1, MOST_TIMEOUT_MS)),
  );
}

export function readQuorumOption(command: Command): Command {
  return command.option(
    '--r <replicas>',
    "replicas that must answer a read (default: the bucket's)",
    wholeNumber(1, MOST_REPLICAS),
  );
}

export function strictOption(command: Command): Command {
  return command.option('--strict', 'home replicas of the key only: nobody stands in for one that is down');
}

export function writeQuorumOption(command: Command): Command {
  return command.option(
    '--w <replicas>',
    "replicas that must store a write (default: the bucket's)",
    wholeNumber(1, MOST_REPLICAS),
  );
}

export function contextOption(command: Command): Command {
  return command.option('--context <context>', 'what a read of this key returned: the write supersedes that', contextOf);
}

export function seenOption(command: Command): Command {
  return command.option(
    '--context <context>',
    'what a read or write of this key returned: ask whoever coordinated that',
    contextOf,
  );
}

/** Only a mark in the type: the store checks what a context says before it believes it. */
function contextOf(text: string): Context {
  return text as Context;
}

/** What the store calls `timeoutMs`, and only what was given. */
export function callOptions({ timeout }: { readonly timeout?: number }): { readonly timeoutMs?: number } {
  return timeout === undefined ? {} : { timeoutMs: timeout };
}

interface QuorumOptions {
  readonly timeout?: number;
  readonly strict?: boolean;
}

export function readOptions({
  timeout,
  strict = false,
  r,
}: QuorumOptions & { readonly r?: number }): Omit<ReadOptions, 'context'> {
  return { strict, ...(timeout === undefined ? {} : { timeoutMs: timeout }), ...(r === undefined ? {} : { r }) };
}

export function changeOptions({ timeout, strict = false, w }: QuorumOptions & { readonly w?: number }): ChangeOptions {
  return { strict, ...(timeout === undefined ? {} : { timeoutMs: timeout }), ...(w === undefined ? {} : { w }) };
}
