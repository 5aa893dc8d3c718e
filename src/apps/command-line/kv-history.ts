/** `quorate kv history`: what each replica has of a key, and what happened to it lately. */
import type { Command } from 'commander';
import type { Json } from '../../stores/kv/index.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions } from './options.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Running } from './running.ts';
import { table } from './table.ts';

type Fields = Readonly<Record<string, unknown>>;

export function addKeyHistory(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('history <bucket> <key>')
    .description('show the versions of a key, what each replica has of it, hints for it, and its last repairs');
  clusterOptions(command).action(async (bucket: string, key: string, options: ClusterOptions) => {
    const history = await withCluster(options.address, surroundings, ({ administration }) =>
      administration.order('key-history', { bucket, key }, callOptions(options)),
    );
    const { stdout } = surroundings;
    await stdout.write(options.json ? `${JSON.stringify(history)}\n` : keyHistoryText(history, paintFor(stdout, surroundings)));
    finish(EXIT.ok);
  });
}

export function keyHistoryText(history: Json, paint: Paint): string {
  const { bucket, key, partition, n, r, w, conflict, nodes } = fieldsOf(history);
  const all = listOf(nodes);
  const shown = all.filter(({ role, holdsHints }) => role === 'home' || holdsHints === true);
  const fingerprints = new Set(shown.filter(({ role }) => role === 'home').map(({ fingerprint, state }) => fingerprint ?? state));
  const agreement = fingerprints.size <= 1 ? paint.green('all home replicas agree') : paint.red('the home replicas differ');
  const rows = shown.map((node) => [
    text(node['node']),
    text(node['role']),
    text(node['state']),
    text(node['fingerprint'] ?? ''),
    listOf(node['versions'])
      .filter(({ deleted }) => deleted !== true)
      .map(({ dot }) => text(dot))
      .join(' '),
    node['holdsHints'] === true ? 'holds hints' : '',
  ]);
  const versions = new Map<string, Fields>();
  for (const version of shown.flatMap((node) => listOf(node['versions']))) versions.set(text(version['dot']), version);
  const versionRows = [...versions.values()].map((version) => [
    text(version['dot']),
    conflict === 'register' ? `write ${text(version['timestamp'])}` : shownTime(version['timestamp']),
    version['deleted'] === true ? 'deletion' : `${text(version['sizeBytes'])} bytes, ${text(version['contentType'])}`,
    version['expiresAt'] === null ? '' : `expires ${shownTime(version['expiresAt'])}`,
  ]);
  const repairs = shown
    .flatMap((node) =>
      listOf(node['repairs']).map(({ at, to }) => ({ at: Number(at), line: `${text(node['node'])} repaired ${text(to)}` })),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ at, line }) => [shownTime(at), line]);
  return [
    `${paint.bold(`${text(bucket)}/${text(key)}`)}: partition ${text(partition)}, N=${text(n)} R=${text(r)} W=${text(w)}, ${text(conflict)}; ${agreement}\n`,
    table([['node', 'role', 'state', 'fingerprint', 'versions', 'hints'], ...rows], paint),
    versionRows.length === 0 ? 'no versions\n' : table([['version', 'written', 'value', ''], ...versionRows], paint),
    repairs.length === 0 ? 'no repairs are remembered\n' : table([['when', 'repair'], ...repairs], paint),
  ].join('\n');
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

function shownTime(value: unknown): string {
  const time = Number(value);
  return Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : '?';
}
