/**
 * A write under way when power fails: the disk has written some of its blocks and not others, in any order. What is in the others is
 * what was there before, zeros or a log of long ago. The log must end before such a group, whichever blocks there are.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChunkPool } from './chunk-pool.ts';
import { Generation } from './generation.ts';
import { LogFile } from './log-file.ts';
import { logFilesOf, recoverLog } from './log-recovery.ts';
import { logFileOf, WriteAheadLog } from './write-ahead-log.ts';

const BLOCK_BYTES = 512;
const LAST_KEYS = 9;
const EARLIER_GROUPS = 3;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/quorate-torn-`);
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function withFiles<Result>(
  use: (files: LogFile[], make: (number: number) => Generation) => Promise<Result>,
): Promise<Result> {
  const files = logFilesOf(directory).map((path) => new LogFile(path));
  const source = {
    read: (generation: number, position: number, target: Uint8Array, length: number) =>
      logFileOf(files, generation).read(position, target, length),
    damaged: (reason: string) => expect.unreachable(reason),
  };
  try {
    return await use(files, (number) => new Generation(number, source, new ChunkPool()));
  } finally {
    for (const file of files) await file.close();
  }
}

/** One group of so many keys, each with a value of 300 bytes. */
function write(log: WriteAheadLog, generation: Generation, name: string, keys: number): Promise<void> {
  const batch = Array.from({ length: keys }, (_unused, index) => {
    return { key: Buffer.from(`${name} ${index}`), value: new Uint8Array(300).fill(1 + index) };
  });
  return new Promise((resolve) => log.append(generation, batch, () => resolve()));
}

/** The file before and after the last group is written. */
async function lastWrite(oldGroups: number): Promise<{ path: string; before: Uint8Array; after: Uint8Array }> {
  return await withFiles(async (files, make) => {
    const log = new WriteAheadLog(files, undefined, (failure) => ({ failed: failure, refused: failure }));
    const old = make(0);
    for (let group = 0; group < oldGroups; group++) await write(log, old, `old ${group}`, 2);
    await write(log, make(1), 'between', 1);
    const last = make(2);
    for (let group = 0; group < EARLIER_GROUPS; group++) await write(log, last, `earlier ${group}`, 1);
    const path = logFilesOf(directory)[0] as string;
    const before = await readFile(path);
    await write(log, last, 'last', LAST_KEYS);
    return { path, before, after: await readFile(path) };
  });
}

/** How many keys the youngest generation has, of the groups before the last and of the last. */
async function recovered(): Promise<{ earlier: number; last: number }> {
  return await withFiles(async (files, make) => {
    const generation = (await recoverLog(directory, files, make)).at(-1)?.generation;
    const count = (name: string, keys: number): number =>
      Array.from({ length: keys }, (_unused, index) => generation?.find(Buffer.from(`${name} ${index}`)) ?? -1).filter(
        (entry) => entry >= 0,
      ).length;
    const earlier = Array.from({ length: EARLIER_GROUPS }, (_unused, group) => count(`earlier ${group}`, 1));
    return { earlier: earlier.reduce((sum, found) => sum + found, 0), last: count('last', LAST_KEYS) };
  });
}

it.each([
  ['zeros', 0],
  ['a log of long ago', 30],
])('a group of which some blocks are %s counts for nothing, and those before it are there', async (_what, oldGroups) => {
  const { path, before, after } = await lastWrite(oldGroups);
  const first = Math.floor(after.findIndex((byte, at) => byte !== before[at]) / BLOCK_BYTES);
  const changed = Math.ceil(after.length / BLOCK_BYTES) - first;
  const masks = fc.array(fc.boolean(), { minLength: changed, maxLength: changed });
  const outcomes = new Set<number>();
  const tear = async (isWritten: readonly boolean[]): Promise<void> => {
    const torn = new Uint8Array(after.length);
    torn.set(before);
    for (const [index, written] of isWritten.entries()) {
      const start = (first + index) * BLOCK_BYTES;
      if (written) torn.set(after.subarray(start, start + BLOCK_BYTES), start);
    }
    await writeFile(path, torn);
    const isWhole = Buffer.compare(torn, after) === 0;
    expect(await recovered()).toEqual({ earlier: EARLIER_GROUPS, last: isWhole ? LAST_KEYS : 0 });
    outcomes.add(isWhole ? LAST_KEYS : 0);
  };
  await tear(new Array<boolean>(changed).fill(true));
  for (let missing = 0; missing < changed; missing++)
    await tear(Array.from({ length: changed }, (_unused, at) => at !== missing));
  await fc.assert(fc.asyncProperty(masks, tear), { numRuns: 40 });
  expect(outcomes).toEqual(new Set([0, LAST_KEYS]));
});
