import type { Command } from 'commander';
import type { ClusterStatus } from '../../stores/kv/index.ts';
import { counted } from './amounts.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions } from './options.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Running } from './running.ts';
import { table } from './table.ts';
import { waitingRegisters, waitingText } from './waiting-registers.ts';

export function addStatus(parent: Command, { surroundings, finish }: Running): void {
  const command = parent.command('status').description('show the nodes of the cluster, who is up, and what the buckets promise');
  clusterOptions(command).action(async (options: ClusterOptions) => {
    const status = await withCluster(options.address, surroundings, (quorate) => quorate.status(callOptions(options)));
    const { stdout } = surroundings;
    const waiting = await waitingRegisters(status, options, surroundings);
    const paint = paintFor(stdout, surroundings);
    if (options.json)
      await stdout.write(`${JSON.stringify(waiting === undefined ? status : { ...status, registers: waiting })}\n`);
    else await stdout.write(statusText(status, paint) + (waiting === undefined ? '' : waitingText(waiting, paint)));
    finish(EXIT.ok);
  });
}

const NOTICES = {
  waiting: 'The node that answers is not a member yet: it serves nothing until quorate cluster join lets it in.',
  removed: 'The node that answers has left the cluster, or was removed from it: it serves nothing.',
} as const;

export function statusText(status: ClusterStatus, paint: Paint): string {
  const { cluster, answeredBy, version, partitions, nodes, buckets, standing } = status;
  const notice = standing === undefined || standing === 'member' ? '' : `\n${NOTICES[standing]}`;
  const up = nodes.filter((node) => node.up).length;
  const heading = `${paint.bold(`cluster ${cluster}`)}: ${up} of ${counted(nodes.length, 'node')} up, ${counted(partitions, 'partition')} (as ${answeredBy}, version ${version}, sees it)`;
  const nodeRows = nodes.map(({ name, up, address, host, zone, weight, share }) => [
    name,
    up ? 'up' : 'down',
    address,
    host,
    zone,
    String(weight),
    `${(share * 100).toFixed(1)} %`,
  ]);
  const bucketRows = Object.entries(buckets).map(([name, { n, r, w, durability, conflict }]) => [
    name === '*' ? '* (all others)' : name,
    ...[n, r, w].map(String),
    durability,
    conflict,
  ]);
  return [
    `${heading}${notice}\n`,
    table([['node', 'state', 'address', 'host', 'zone', 'weight', 'first owner of'], ...nodeRows], paint, (text, row, column) =>
      column === 1 ? (nodes[row]?.up ? paint.green(text) : paint.red(text)) : text,
    ),
    table([['bucket', 'n', 'r', 'w', 'durability', 'conflict'], ...bucketRows], paint),
  ].join('\n');
}
