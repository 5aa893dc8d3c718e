import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChunkPool } from './chunk-pool.ts';
import { Generation } from './generation.ts';
import { LogFile } from './log-file.ts';
import { logFilesOf, type Recovered, recoverLog } from './log-recovery.ts';
import { logFileOf, WriteAheadLog } from './write-ahead-log.ts';

let directory: string;
let files: readonly LogFile[] = [];

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/quorate-log-`);
});

afterEach(async () => {
  await closeFiles();
  await rm(directory, { recursive: true });
});

async function closeFiles(): Promise<void> {
  for (const file of files) await file.close();
  files = [];
}

async function openFiles(): Promise<(number: number) => Generation> {
  await closeFiles();
  const opened = logFilesOf(directory).map((path) => new LogFile(path));
  files = opened;
  const log = {
    read: (generation: number, position: number, target: Uint8Array, length: number) =>
      logFileOf(opened, generation).read(position, target, length),
    damaged: (reason: string) => expect.unreachable(reason),
  };
  return (number) => new Generation(number, log, new ChunkPool());
}

const keyOf = (index: number): Uint8Array => Buffer.from(`key ${index}`);

/** Each a group of its own, with one key. @returns where each group ends. */
async function write(
  log: WriteAheadLog,
  generation: Generation,
  indices: readonly number[],
  valueBytes = 100,
): Promise<number[]> {
  const ends: number[] = [];
  for (const index of indices) {
    await new Promise<void>((resolve) => {
      log.append(generation, [{ key: keyOf(index), value: new Uint8Array(valueBytes).fill(index) }], () => resolve());
    });
    ends.push((ends.at(-1) ?? 0) + 20 + 3 + keyOf(index).length + 4 + valueBytes);
  }
  return ends;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_unused, index) => from + index);
}

async function recover(): Promise<readonly Recovered[]> {
  const make = await openFiles();
  return recoverLog(directory, files, make);
}

/** Which of the first hundred keys a generation has, with the right value. */
function held({ generation }: Recovered): number[] {
  return range(0, 100).filter((index) => {
    const entry = generation.find(keyOf(index));
    return entry >= 0 && generation.valueOf(entry)?.every((byte) => byte === index);
  });
}

async function twoGenerations(): Promise<number[]> {
  const make = await openFiles();
  const log = new WriteAheadLog(files, undefined, (failure) => ({ failed: failure, refused: failure }));
  await write(log, make(0), range(0, 10));
  return write(log, make(1), range(10, 20));
}

describe('the log of a process that has ended', () => {
  it('is the generations again that it was', async () => {
    await twoGenerations();
    const recovered = await recover();
    expect(recovered.map(({ generation, lastIndex }) => [generation.number, lastIndex])).toEqual([
      [0, 9],
      [1, 9],
    ]);
    expect(recovered.map(held)).toEqual([range(0, 10), range(10, 20)]);
  });

  it('goes on behind its end, and is recovered again', async () => {
    await twoGenerations();
    const [, last] = await recover();
    if (last === undefined) return expect.unreachable();
    const end = { generation: 1, index: last.lastIndex };
    const log = new WriteAheadLog(files, end, (failure) => ({ failed: failure, refused: failure }));
    await write(log, last.generation, range(20, 25));
    expect((await recover()).map(held)).toEqual([range(0, 10), range(10, 25)]);
  });

  it('ends before a group that is torn, wherever it is torn', async () => {
    const ends = await twoGenerations();
    const path = logFilesOf(directory)[1] as string;
    const whole = await readFile(path);
    const places = fc.integer({ min: 0, max: whole.length - 1 });
    await fc.assert(
      fc.asyncProperty(places, async (length) => {
        await closeFiles();
        await writeFile(path, whole);
        await truncate(path, length);
        const kept = ends.filter((end) => end <= length).length;
        const recovered = await recover();
        expect(recovered.map(held)).toEqual([range(0, 10), ...(kept === 0 ? [] : [range(10, 10 + kept)])]);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused when something is wrong before a group that is whole', async () => {
    const ends = await twoGenerations();
    const path = logFilesOf(directory)[1] as string;
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: (ends.at(-2) as number) - 1 }), async (place) => {
        await closeFiles();
        const damaged = Uint8Array.from(whole);
        damaged[place] = (damaged[place] as number) ^ 0x10;
        await writeFile(path, damaged);
        await expect(recover()).rejects.toMatchObject({ code: 'data-damaged', message: expect.stringContaining('generation 1') });
      }),
      { numRuns: 40 },
    );
  });

  it('has an older generation behind its end, which counts for nothing', async () => {
    const make = await openFiles();
    const log = new WriteAheadLog(files, undefined, (failure) => ({ failed: failure, refused: failure }));
    for (const [number, indices] of [range(0, 50), range(50, 55), range(60, 65)].entries())
      await write(log, make(number), indices);
    expect((await recover()).map((each) => [each.generation.number, held(each)])).toEqual([
      [1, range(50, 55)],
      [2, range(60, 65)],
    ]);
  });

  it('is longer than what was written, by zeros, which are no part of it', async () => {
    const make = await openFiles();
    const log = new WriteAheadLog(files, undefined, (failure) => ({ failed: failure, refused: failure }));
    // Many that reach where zeros are being written.
    const ends = await write(log, make(0), range(0, 100), 200_000);
    expect(files[0]?.sizeBytes).toBeGreaterThan(ends.at(-1) as number);
    const recovered = await recover();
    expect(recovered.map(held)).toEqual([range(0, 100)]);
    expect(recovered[0]?.lastIndex).toBe(99);
  });
});
