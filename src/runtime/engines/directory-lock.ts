/**
 * One process per data directory. The lock is a file that names its owner: process id, and when that process started, since ids
 * are used again. An owner that is gone, killed or powered off, holds nothing: the next process takes the lock over.
 *
 * A lock file comes into being with its content, by linking a finished file to its name, which fails if the name exists. A stale
 * one is replaced only by whoever holds a second lock of the same kind beside it and has seen under that lock that it is still
 * stale; otherwise of two processes that find it stale at the same time, the slower would replace the faster one's new lock.
 *
 * Invariant: the file of a living owner is removed by that owner alone.
 *
 * The ids are those of one machine and one container: a directory shared between containers or by a network file system is not
 * protected.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { QuorateError } from '../errors/index.ts';

export const LOCK_FILE_NAME = 'quorate.lock';

/** A lock beside a lock beside a lock ... is left only by processes that died within one millisecond of each other. */
const DEEPEST_TAKEOVER = 8;

interface Owner {
  readonly pid: number;
  /** When it started, as the system says it: boot and clock tick. '' where the system does not say. */
  readonly started: string;
}

export interface DirectoryLock {
  /** Idempotent. */
  release(): void;
}

/**
 * @throws QuorateError `directory-in-use` when a living process, this one included, holds the lock.
 * @throws the file system's error when the lock file cannot be written.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const path = `${directory}/${LOCK_FILE_NAME}`;
  const own: Owner = { pid: process.pid, started: startOf(process.pid) ?? '' };
  const prepared = `${path}.${own.pid}`;
  writeFileSync(prepared, JSON.stringify(own), { flush: true });
  try {
    const holder = acquire(path, prepared, 0);
    if (holder !== undefined) throw directoryInUse(directory, holder);
  } finally {
    rmSync(prepared, { force: true });
  }
  let isHeld = true;
  return {
    release() {
      if (isHeld) rmSync(path, { force: true });
      isHeld = false;
    },
  };
}

/** @returns the living owner, or `undefined` when the lock is ours now. */
function acquire(path: string, prepared: string, depth: number): Owner | undefined {
  for (;;) {
    if (linkIfAbsent(prepared, path)) return undefined;
    const owner = readOwner(path);
    if (owner === 'absent') continue;
    if (owner !== 'unreadable' && isAlive(owner)) return owner;
    if (depth === DEEPEST_TAKEOVER) throw new Error(`too many stale lock files like '${path}'`);
    const takeover = `${path}.takeover`;
    const rival = acquire(takeover, prepared, depth + 1);
    if (rival !== undefined) return rival;
    try {
      const latest = readOwner(path);
      const isStale = latest === 'unreadable' || (latest !== 'absent' && !isAlive(latest));
      if (isStale) rmSync(path, { force: true });
    } finally {
      rmSync(takeover, { force: true });
    }
  }
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function readOwner(path: string): Owner | 'absent' | 'unreadable' {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'absent';
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value)) return 'unreadable';
    const { pid, started } = value;
    return Number.isInteger(pid) && typeof pid === 'number' && pid > 0 && typeof started === 'string'
      ? { pid, started }
      : 'unreadable';
  } catch (error) {
    // A power loss can leave the name of a file without its content; its owner is gone then.
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function isAlive(owner: Owner): boolean {
  let isForeign = false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    // It exists and belongs to somebody else, whose processes the system may hide (mount option hidepid).
    isForeign = true;
  }
  const started = startOf(owner.pid);
  if (started === undefined) return isForeign || !hasProcessFiles();
  return owner.started === '' || started === owner.started;
}

/**
 * When a process started, in the system's own terms, `undefined` if there is no such process or the system does not tell.
 * Killed processes whose parent has not asked for their end yet (zombies) do not count.
 *
 * Format: proc(5), `/proc/pid/stat`; the second field is a name in parentheses that may hold anything, so fields are counted from
 * the last parenthesis: the first behind it is the state (field 3), the 20th the start time in clock ticks since boot (field 22).
 */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    if (state === 'Z' || state === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${fields[19]}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function hasProcessFiles(): boolean {
  return startOf(process.pid) !== undefined;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function directoryInUse(directory: string, owner: Owner): QuorateError {
  const isOwn = owner.pid === process.pid;
  return new QuorateError({
    code: 'directory-in-use',
    message: `the data directory '${directory}' is in use by process ${owner.pid}${isOwn ? ' (this one)' : ''}; one process may use it`,
    outcome: 'not-applied',
    next: isOwn ? 'Close it before opening it again.' : `Stop process ${owner.pid} or choose another directory.`,
    data: { directory, pid: owner.pid },
  });
}
