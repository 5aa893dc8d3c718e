/** `backup.json`: of what a backup is, and, once it is complete, of which files it consists. */
import { exists, readTextFile, writeFileAtomically } from '../../../runtime/real/index.ts';
import { backupDamaged } from './backup-errors.ts';

export interface SegmentSummary {
  readonly file: string;
  readonly sizeBytes: number;
  readonly entries: number;
  readonly versions: number;
}

export interface Manifest {
  readonly format: 1;
  readonly cluster: string;
  readonly partitions: number;
  /** `null`: all. */
  readonly bucket: string | null;
  /** ISO 8601. What was written later may be in the backup or not. */
  readonly startedAt: string;
  readonly completedAt: string | null;
  /** In the order of partitions; empty until the backup is complete. */
  readonly segments: readonly SegmentSummary[];
}

function pathOf(directory: string): string {
  return `${directory}/backup.json`;
}

/** `undefined` when there is none. @throws QuorateError `backup-damaged`, `file-not-readable` */
export async function readManifest(directory: string): Promise<Manifest | undefined> {
  const path = pathOf(directory);
  if (!(await exists(path))) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await readTextFile(path));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw backupDamaged(path, 'it is not JSON');
  }
  if (isManifest(value)) return value;
  throw backupDamaged(path, 'a field is missing or of another type');
}

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  await writeFileAtomically(pathOf(directory), `${JSON.stringify(manifest, null, 2)}\n`);
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || value['format'] !== 1) return false;
  const { cluster, partitions, bucket, startedAt, completedAt, segments } = value;
  if (typeof cluster !== 'string' || !Number.isInteger(partitions) || typeof startedAt !== 'string') return false;
  if (bucket !== null && typeof bucket !== 'string') return false;
  if (completedAt !== null && typeof completedAt !== 'string') return false;
  return Array.isArray(segments) && segments.every(isSummary);
}

function isSummary(value: unknown): value is SegmentSummary {
  if (!isObject(value) || typeof value['file'] !== 'string') return false;
  return [value['sizeBytes'], value['entries'], value['versions']].every(Number.isInteger);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
