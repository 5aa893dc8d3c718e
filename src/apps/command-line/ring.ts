import type { Command } from 'commander';
import type { ClusterStatus, RingDescription } from '../../stores/kv/index.ts';
import { counted } from './amounts.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { type ClusterOptions, callOptions, clusterOptions } from './options.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';

interface RingOptions extends ClusterOptions {
  readonly key?: string;
}

export function addRing(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('ring')
    .description('show which node owns which partition of the ring')
    .option('--key <bucket/key>', 'show where one key lies');
  clusterOptions(command).action(async (options: RingOptions) => {
    const { ring, status } = await withCluster(options.address, surroundings, async (quorate) => {
      const [ring, status] = await Promise.all([quorate.ring(callOptions(options)), quorate.status(callOptions(options))]);
      return { ring, status };
    });
    if (options.key === undefined) await showRing(ring, status, options.json === true, surroundings);
    else await showKey(options.key, ring, status, options.json === true, surroundings);
    finish(EXIT.ok);
  });
}

async function showRing(ring: RingDescription, status: ClusterStatus, json: boolean, surroundings: Surroundings): Promise<void> {
  const { stdout } = surroundings;
  const { ringPicture } = await import('./ring-picture.ts');
  if (json) await stdout.write(`${JSON.stringify(ring)}\n`);
  else await stdout.write(ringPicture(ring, status, paintFor(stdout, surroundings), stdout.columns));
}

async function showKey(
  text: string,
  ring: RingDescription,
  status: ClusterStatus,
  json: boolean,
  surroundings: Surroundings,
): Promise<void> {
  const { stdout } = surroundings;
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) throw usageError(`--key '${text}' is not of the form bucket/key.`);
  const bucket = text.slice(0, slash);
  const key = text.slice(slash + 1);
  const { partitionOfKey } = await import('../../stores/kv/index.ts');
  const partition = partitionOfKey(bucket, key, ring.partitions);
  const settings = status.buckets[bucket] ?? status.buckets['*'];
  const order = (ring.preferenceLists[partition] ?? []).map((index) => ring.nodes[index] ?? '?');
  const replicas = order.slice(0, settings?.n ?? order.length);
  if (json) {
    await stdout.write(`${JSON.stringify({ bucket, key, partition, replicas, preferenceList: order })}\n`);
    return;
  }
  const paint = paintFor(stdout, surroundings);
  const up = new Set(status.nodes.filter((node) => node.up).map((node) => node.name));
  const shown = replicas.map((name) => (up.has(name) ? paint.green(name) : `${paint.red(name)} (down)`));
  const others = order.slice(replicas.length);
  await stdout.write(keyText({ text, partition, ring, shown, others }, paint));
}

interface KeyPlace {
  readonly text: string;
  readonly partition: number;
  readonly ring: RingDescription;
  readonly shown: readonly string[];
  readonly others: readonly string[];
}

function keyText({ text, partition, ring, shown, others }: KeyPlace, paint: Paint): string {
  const then = others.length === 0 ? '' : `${paint.dim('then')}      ${others.join(', ')}\n`;
  return (
    `${paint.bold(text)}\n${paint.dim('partition')} ${partition} of ${ring.partitions}\n` +
    `${paint.dim('replicas')}  ${shown.join(', ')} ${paint.dim(`(${counted(shown.length, 'copy', 'copies')})`)}\n${then}`
  );
}
