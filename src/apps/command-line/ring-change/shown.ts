/** Plans and their progress for people. What a node answers is checked as far as it is shown. */
import type { Json } from '../../../stores/kv/index.ts';
import { counted, shownSize } from '../amounts.ts';
import { badPlan } from './decisions.ts';

type Fields = { readonly [key: string]: Json | undefined };

export function planText(answer: Json): string {
  const plan = fields(answer);
  const imbalance = fields(plan['imbalance']);
  const lines = [
    `${counted(number(plan['partitions']), 'partition')} would move, ${counted(number(plan['replicas']), 'replica')}, about ${shownSize(number(plan['bytes']))}`,
    `fullest node: ${share(imbalance['before'])} of a fair share before, ${share(imbalance['after'])} after`,
    `partitions with two replicas on one host: ${number(plan['unsafe'])}`,
    ...list(plan['nodes']).map((node) => {
      const { name, before, after, gains, bytes } = fields(node);
      return `  ${String(name)}: ${number(before)} -> ${number(after)} replicas, gets ${number(gains)}, about ${shownSize(number(bytes))}`;
    }),
    'Nothing has been decided. To decide it:',
    `  quorate cluster commit ${Buffer.from(JSON.stringify(plan['commit'] ?? null)).toString('base64url')}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What `planText` has printed last. @throws QuorateError `bad-argument` */
export function tokenIn(token: string): Json {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as Json;
  } catch {
    throw badPlan(`'${token}' is not what quorate cluster plan printed`);
  }
}

export function statusText(answer: Json): string {
  const status = fields(answer);
  const left = number(status['seatsLeft']);
  const here = fields(status['here']);
  const seconds = status['secondsLeft'];
  const lines = [
    left === 0
      ? 'Nothing is to be moved.'
      : `${counted(left, 'replica')} to move, ${number(status['seatsPerSecond'])} per second, ${typeof seconds === 'number' ? `about ${seconds} s left` : 'time left unknown'}${status['paused'] === true ? ', PAUSED' : ''}`,
    ...list(status['moves']).map((move) => {
      const { partition, from, to, waitsFor } = fields(move);
      return `  partition ${number(partition)}: ${from === '' ? 'nobody' : String(from)} -> ${String(to)}, waits for ${String(waitsFor)}`;
    }),
    `${String(status['answeredBy'])} has handed over ${counted(number(here['moved']), 'replica')}, ${counted(number(here['keys']), 'key')}, ${shownSize(number(here['bytes']))}`,
    ...list(here['underWay']).map((one) => {
      const { purpose, partition, to, phase, keys } = fields(one);
      return `  ${String(purpose)} of partition ${number(partition)} to ${String(to)}: ${String(phase)}, ${counted(number(keys), 'key')}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function fields(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function share(value: Json | undefined): string {
  return number(value).toFixed(2);
}
