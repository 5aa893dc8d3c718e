/** What `quorate status` tells of registers that do not answer: each node knows of its own seats, so all that are up are asked. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { ConnectOptions } from '../../stores/kv/client/index.ts';
import type { ClusterStatus, Quorate } from '../../stores/kv/index.ts';
import {
  WAITING_SEATS_TOPIC,
  type WaitingPartitions,
  type WaitingSeat,
  waitingPartitions,
  waitingSeatsIn,
} from '../waiting-seats/index.ts';
import { counted } from './amounts.ts';
import type { ClusterOptions } from './options.ts';
import type { Paint } from './paint.ts';

/** A node that says nothing does not hold up what the others say. */
const PATIENCE_MS = 1_000;

type Connect = (
  addresses: readonly string[],
  options: ConnectOptions,
) => Promise<{ readonly administration: Pick<Quorate['administration'], 'ask'>; close(): Promise<void> }>;

export interface WaitingRegisters extends WaitingPartitions {
  /** Nodes that have not told: they are down, or do not answer. */
  readonly unknown: readonly string[];
}

/** @returns `undefined` where no bucket is atomic: then nobody is asked. */
export async function waitingRegisters(
  { nodes, buckets }: ClusterStatus,
  options: ClusterOptions,
  { connect }: { readonly connect: Connect },
): Promise<WaitingRegisters | undefined> {
  if (!Object.values(buckets).some(({ conflict }) => conflict === 'register')) return undefined;
  const answers = await Promise.all(
    nodes.map(async ({ name, address, up }) => ({ name, seats: up ? await seatsOf(address, options, connect) : undefined })),
  );
  return {
    ...waitingPartitions(answers.flatMap(({ seats }) => seats ?? [])),
    unknown: answers.flatMap(({ name, seats }) => (seats === undefined ? [name] : [])),
  };
}

async function seatsOf(address: string, options: ClusterOptions, connect: Connect): Promise<readonly WaitingSeat[] | undefined> {
  const timeoutMs = Math.min(options.timeout ?? PATIENCE_MS, PATIENCE_MS);
  try {
    const quorate = await connect([address], { discover: false, timeoutMs });
    try {
      return waitingSeatsIn(await quorate.administration.ask(WAITING_SEATS_TOPIC, undefined, { timeoutMs }));
    } finally {
      await quorate.close();
    }
  } catch (error) {
    // The status of the others is wanted all the more when one of them does not answer.
    if (error instanceof QuorateError) return undefined;
    throw error;
  }
}

/** Empty for nothing to tell. */
export function waitingText({ silent, incomplete, unknown }: WaitingRegisters, paint: Paint): string {
  const lines: string[] = [];
  if (silent.length > 0) {
    lines.push(
      paint.red(
        `The registers of ${partitionsText(silent)} do not answer: most of their seats have not got what was acknowledged for them.`,
      ),
    );
  }
  if (incomplete.length > 0) {
    lines.push(
      `The registers of ${partitionsText(incomplete)} have a seat that waits for what was acknowledged for it; the others answer.`,
    );
  }
  if (lines.length === 0) return '';
  if (unknown.length > 0) lines.push(`Not asked, for they are down or do not answer: ${unknown.join(', ')}.`);
  lines.push(
    'It is mended as soon as enough nodes are up that have theirs; quorate why key BUCKET KEY tells which nodes, and what to do if they are lost.',
  );
  return `\n${lines.join('\n')}\n`;
}

const MOST_NAMED = 16;

function partitionsText(partitions: readonly number[]): string {
  const named = partitions.slice(0, MOST_NAMED).join(', ');
  return `${counted(partitions.length, 'partition')} (${named}${partitions.length > MOST_NAMED ? ', ...' : ''})`;
}
