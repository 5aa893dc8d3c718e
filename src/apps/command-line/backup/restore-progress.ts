/**
 * `restore-CLUSTER.json` beside a backup: which restore is under way, and how far it is. It is what makes a restore the same one when it goes
 * on: the same actor and time give the same dots. Removed when it is done: the next restore is another one.
 */
import { exists, readTextFile, removeFile, writeFileAtomically } from '../../../runtime/real/index.ts';
import type { ClusterStatus } from '../../../stores/kv/index.ts';
import type { Surroundings } from '../surroundings.ts';
import { backupDamaged, backupMismatch } from './backup-errors.ts';

export interface RestoreProgress {
  /** Into which cluster: its nodes and their addresses, since names of clusters repeat. */
  readonly into: string;
  readonly actor: number;
  readonly timeMs: number;
  /** Files that are restored. */
  readonly done: readonly string[];
}

const HIGH_BITS = 2 ** 16;
const LOW_BITS = 2 ** 32;

/** The restore that was begun, or a new one. @throws QuorateError `backup-damaged`, `backup-mismatch`, `file-not-readable` */
export async function beginRestore(
  directory: string,
  { cluster, nodes }: ClusterStatus,
  { random, clock }: Pick<Surroundings, 'random' | 'clock'>,
): Promise<RestoreProgress> {
  const path = pathOf(directory, cluster);
  const into = nodes
    .map(({ name, address }) => `${name}=${address}`)
    .sort()
    .join(' ');
  if (await exists(path)) {
    const progress = parsed(path, await readTextFile(path));
    if (progress.into === into) return progress;
    const next = `If that restore is not to go on, remove '${path}'.`;
    throw backupMismatch(directory, `is being restored into another cluster '${cluster}': ${progress.into}`, next);
  }
  const actor = random.below(HIGH_BITS) * LOW_BITS + random.uint32() || 1;
  const progress: RestoreProgress = { into, actor, timeMs: Math.floor(clock.wallTime()), done: [] };
  await keepProgress(directory, cluster, progress);
  return progress;
}

function parsed(path: string, text: string): RestoreProgress {
  try {
    const value: unknown = JSON.parse(text);
    if (isProgress(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw backupDamaged(path, 'it is no progress of a restore');
}

export async function keepProgress(directory: string, cluster: string, progress: RestoreProgress): Promise<void> {
  await writeFileAtomically(pathOf(directory, cluster), `${JSON.stringify(progress)}\n`);
}

export async function endRestore(directory: string, cluster: string): Promise<void> {
  await removeFile(pathOf(directory, cluster));
}

function pathOf(directory: string, cluster: string): string {
  return `${directory}/restore-${cluster}.json`;
}

function isProgress(value: unknown): value is RestoreProgress {
  if (typeof value !== 'object' || value === null) return false;
  const { into, actor, timeMs, done }: { into?: unknown; actor?: unknown; timeMs?: unknown; done?: unknown } = value;
  if (typeof into !== 'string') return false;
  return (
    Number.isInteger(actor) && Number.isInteger(timeMs) && Array.isArray(done) && done.every((file) => typeof file === 'string')
  );
}
