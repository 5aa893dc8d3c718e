/** What the command line asks for. */
import { parseArgs } from 'node:util';
import type { KeyOrder } from './load.ts';

export const USAGE = `Usage: npm run bench -- [options]

  --floor                bare three-process replications beside it, as the limit
  --against etcd,redis   other systems beside it, if they are installed
  --memory               a million objects: memory of a node, time to start
  --rates 1000,5000      more open loops, requests per second
  --only put-256,floor   only points whose name contains one of these; a name is system-verb-load, and load
                         is 1, 64, 256, a rate, or 'half' for half of what was reached at 256 in flight
  --seconds 5            per point and system, in five rounds by turns
  --quick                one second per point
  --keys scattered       order of keys: 'scattered' over the key space, or in 'sequence'
  --directory .          where the data goes meanwhile: on a disk, not in memory`;

const OTHERS = ['etcd', 'redis'] as const;
const KEY_ORDERS: readonly KeyOrder[] = ['scattered', 'sequence'];
const QUICK_SECONDS = 1;

export interface Options {
  readonly floor: boolean;
  readonly against: readonly (typeof OTHERS)[number][];
  readonly memory: boolean;
  readonly rates: readonly number[];
  readonly only: readonly string[];
  readonly seconds: number;
  readonly keys: KeyOrder;
  readonly directory: string;
}

/** @throws an error that names the option and the rule. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      floor: { type: 'boolean', default: false },
      against: { type: 'string', default: '' },
      memory: { type: 'boolean', default: false },
      rates: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      keys: { type: 'string', default: 'scattered' },
      directory: { type: 'string', default: process.cwd() },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    floor: values.floor,
    against: listOf(values.against).map((name) => oneOf('--against', OTHERS, name)),
    memory: values.memory,
    rates: listOf(values.rates).map((rate) => numberFrom('--rates', rate, 1, 1_000_000)),
    only: listOf(values.only),
    seconds: values.quick ? QUICK_SECONDS : numberFrom('--seconds', values.seconds, 0.1, 600),
    keys: oneOf('--keys', KEY_ORDERS, values.keys),
    directory: values.directory,
  };
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function oneOf<Name extends string>(option: string, names: readonly Name[], given: string): Name {
  const name = names.find((each) => each === given);
  if (name === undefined) throw new Error(`${option} '${given}' is none of ${names.join(', ')}`);
  return name;
}

function numberFrom(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!(number >= min && number <= max)) throw new Error(`${option} '${text}' is no number from ${min} to ${max}`);
  return number;
}
