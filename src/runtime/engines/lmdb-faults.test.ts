import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuorateError } from '../errors/index.ts';
import { inspectDataFile } from './data-file.ts';
import type { Operation } from './engine.ts';
import { type Engine, openLmdbEngine } from './index.ts';

const CHILD = fileURLToPath(new URL('./lmdb-process.test-child.ts', import.meta.url));
const DATA_FILE = 'quorate.mdb';
/** A command of the system, where there is one. */
const UNSHARE = 'unshare';

let directory: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  directory = await mkdtemp(`${tmpdir()}/quorate-faults-`);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(directory, { recursive: true, force: true });
});

function run(command: string, commandArguments: readonly string[]): ChildProcess {
  const child = spawn(command, commandArguments, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.add(child);
  return child;
}

function linesOf(child: ChildProcess): AsyncIterable<string> {
  if (child.stdout === null) throw new Error('no pipe');
  return createInterface(child.stdout);
}

function keyOf(index: number): Uint8Array {
  return new TextEncoder().encode(`key ${index}`);
}

function durable(engine: Engine, key: Uint8Array, value: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => engine.write([{ key, value }], (error) => (error ? reject(error) : resolve())));
}

function openError(path = directory): Promise<QuorateError> {
  return openLmdbEngine({ directory: path }).then(
    () => expect.unreachable('it opened'),
    (error: QuorateError) => error,
  );
}

describe('an engine whose process is killed', () => {
  // Numbers of acknowledgements after which the kill comes: before the first, in the midst of groups, after many commits.
  const moments = fc.sample(fc.integer({ min: 1, max: 3_000 }), 5);

  it.each([0, ...moments])('has every acknowledged write when it is opened again (killed after %i)', async (moment) => {
    const child = run(process.execPath, [CHILD, directory, '200', '64']);
    const exit = once(child, 'exit');
    const acknowledged: number[] = [];
    for await (const line of linesOf(child)) {
      acknowledged.push(Number(line));
      if (acknowledged.length >= moment) child.kill('SIGKILL');
    }
    expect((await exit)[1], 'killed, not ended').toBe('SIGKILL');
    const engine = await openLmdbEngine({ directory });
    const lost = acknowledged.filter((index) => {
      const value = engine.get(keyOf(index));
      return value?.length !== 200 || value.some((byte) => byte !== index % 251);
    });
    expect(lost).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(moment);
    expectWholeBatches(engine);
    await engine.close();
  });

  it('has them over many generations, and after being killed again and again', async () => {
    let first = 0;
    for (const moment of [1500, 2500, 800]) {
      const child = run(process.execPath, [CHILD, directory, '5000', '64', `${first}`, `${2 ** 21}`]);
      const exit = once(child, 'exit');
      let acknowledged = 0;
      for await (const line of linesOf(child)) {
        first = Math.max(first, Number(line) + 1);
        if (++acknowledged >= moment) child.kill('SIGKILL');
      }
      expect((await exit)[1], 'killed, not ended').toBe('SIGKILL');
    }
    const engine = await openLmdbEngine({ directory, generationBytes: 2 ** 21 });
    const lost = Array.from({ length: first }, (_unused, index) => index).filter((index) => {
      const value = engine.get(keyOf(index));
      return value?.length !== 5000 || value.some((byte) => byte !== index % 251);
    });
    expect(lost).toEqual([]);
    expectWholeBatches(engine);
    await engine.close();
  });

  /** Every batch has its own key and a common one with its number: the last batch there is the one that the common key names. */
  function expectWholeBatches(engine: Engine): void {
    const named = engine.get(Uint8Array.of(1))?.slice();
    const keys = [...engine.range({ from: Uint8Array.of(2), to: Uint8Array.of(0xff) })].map(({ key }) =>
      new TextDecoder().decode(key),
    );
    const last = Math.max(-1, ...keys.map((key) => Number(key.slice('key '.length))));
    expect(named === undefined ? 'key -1' : new TextDecoder().decode(named)).toBe(`key ${last}`);
    expect(keys.length, 'no gap: batches become durable in order').toBe(last + 1);
  }
});

describe('an engine whose disk is full', () => {
  /** A file system of its own for one process, by a mount that nobody else sees; needs root or user namespaces. */
  const mounted = (path: string, sizeBytes: number, command: string): string[] => [
    '--mount',
    ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
    'sh',
    '-c',
    `mount -t tmpfs -o size=${sizeBytes} none '${path}' && ${command}`,
  ];
  const canMount = spawnSync(UNSHARE, mounted(tmpdir(), 65_536, 'true'), { stdio: 'ignore' }).status === 0;
  if (!canMount) process.stderr.write('skipped: tests of a full disk, since this user may not mount a file system\n');

  it.skipIf(!canMount)('reports it, refuses every further write, and still reads', async () => {
    const child = run(UNSHARE, mounted(directory, 2 ** 23, `exec '${process.execPath}' '${CHILD}' '${directory}' 5000 8`));
    const exit = once(child, 'exit');
    const lines: { index: number; code?: string }[] = [];
    for await (const line of linesOf(child)) {
      const value: number | { index: number } = JSON.parse(line);
      lines.push(typeof value === 'number' ? { index: value } : value);
    }
    expect((await exit)[0]).toBe(0);
    const acknowledged = lines.filter(({ code }) => code === undefined);
    const failed = lines.filter(({ code }) => code === 'disk-full');
    const refused = lines.filter(({ code }) => code === 'engine-failed');
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(failed.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(acknowledged.length + failed.length + refused.length).toBe(lines.length);
    expect(failed[0]).toMatchObject({ outcome: 'unknown', data: { directory }, lastIsReadable: true });
    expect(refused.at(-1)).toMatchObject({ index: -1 });
  });

  it.skipIf(!canMount).each([4_096, 24_576, 2 ** 20])(
    'says so when there is no room to open it (%i bytes)',
    async (sizeBytes) => {
      const child = run(UNSHARE, mounted(directory, sizeBytes, `exec '${process.execPath}' '${CHILD}' '${directory}' 5000 1`));
      const exit = once(child, 'exit');
      const lines: unknown[] = [];
      for await (const line of linesOf(child)) lines.push(JSON.parse(line));
      expect((await exit)[0]).toBe(0);
      expect(lines[0]).toMatchObject({ code: 'disk-full', message: expect.stringContaining(directory) });
    },
  );

  it.skipIf(!canMount)('refuses to begin there while somebody else fills it, and does not crash', async () => {
    const filler = `while :; do head -c 1m /dev/zero > '${directory}/ballast'; rm -f '${directory}/ballast'; done 2> /dev/null`;
    const open = `'${process.execPath}' '${CHILD}' '${directory}/data' 5000 1 || echo '{"crashed":true}'`;
    const child = run(UNSHARE, mounted(directory, 400 * 1024, `{ ${filler} & filler=$!; ${open}; kill $filler; }`));
    const lines: unknown[] = [];
    for await (const line of linesOf(child)) lines.push(JSON.parse(line));
    expect(lines).toMatchObject([{ code: 'disk-full', message: expect.stringContaining(directory) }]);
  });

  it('reports a limit on the size of files in the same way', async () => {
    // The signal of that limit ends a process that does not ignore it; ignored signals are inherited.
    const command = `trap '' XFSZ; ulimit -f 1024; exec '${process.execPath}' '${CHILD}' '${directory}' 5000 8`;
    const child = run('sh', ['-c', command]);
    const exit = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of linesOf(child)) lines.push(line);
    expect((await exit)[0]).toBe(0);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ code: 'engine-failed' });
    expect(lines.find((line) => line.includes('disk-full'))).toBeDefined();
  });
});

describe('opening a directory', () => {
  it('makes it if it is missing', async () => {
    const path = `${directory}/some/where`;
    await (await openLmdbEngine({ directory: path })).close();
    expect(await readdir(path)).toContain(DATA_FILE);
    expect((await stat(path)).mode & 0o077, 'readable by others').toBe(0);
  });

  it('refuses a file in its place, and a directory that it may not write', async () => {
    await writeFile(`${directory}/file`, 'a file');
    const code = 'directory-not-writable';
    expect(await openError(`${directory}/file`)).toMatchObject({ code, message: expect.stringContaining(`${directory}/file`) });
    // Not even root may make directories there.
    expect(await openError('/proc/quorate')).toMatchObject({
      code: expect.stringMatching(/^(directory-not-writable|disk-failed)$/),
    });
    if (process.getuid?.() === 0) return;
    await mkdir(`${directory}/locked`);
    await chmod(`${directory}/locked`, 0o500);
    expect(await openError(`${directory}/locked`)).toMatchObject({ code, data: { directory: `${directory}/locked` } });
  });

  it("refuses somebody else's files, but not what file systems put there", async () => {
    await mkdir(`${directory}/lost+found`);
    await writeFile(`${directory}/.hidden`, '');
    await (await openLmdbEngine({ directory })).close();
    await rm(`${directory}/${DATA_FILE}`);
    await writeFile(`${directory}/thesis.txt`, 'my only copy');
    expect(await openError()).toMatchObject({ code: 'data-damaged', message: expect.stringContaining('thesis.txt') });
    expect(await readdir(directory)).not.toContain(DATA_FILE);
  });

  it.each([
    ['text', new TextEncoder().encode('this is not a database\n'.repeat(1000))],
    ['a few bytes', Uint8Array.of(1, 2, 3)],
    ['zeros', new Uint8Array(20_000)],
  ])('refuses a data file of %s, and leaves it alone', async (_, content) => {
    await writeFile(`${directory}/${DATA_FILE}`, content);
    const before = await stat(`${directory}/${DATA_FILE}`);
    expect(await openError()).toMatchObject({ code: 'data-damaged', outcome: 'not-applied', data: { directory } });
    expect((await stat(`${directory}/${DATA_FILE}`)).size).toBe(before.size);
    expect(
      (await readdir(directory)).filter((name) => name.includes('quorate.lock')),
      'the lock is released',
    ).toEqual([]);
  });

  it.each([0.9, 0.5, 0.1])('refuses a data file of which only %d is left, and leaves it alone', async (share) => {
    const engine = await openLmdbEngine({ directory });
    for (let round = 0; round < 5; round++) {
      const batch = Array.from({ length: 500 }, (_, index) => ({ key: keyOf(index * 7 + round), value: new Uint8Array(300) }));
      await new Promise<void>((resolve) => engine.write(batch, () => resolve()));
    }
    await engine.close();
    const path = `${directory}/${DATA_FILE}`;
    const size = Math.floor((await stat(path)).size * share) + 100;
    await truncate(path, size);
    expect(await openError()).toMatchObject({ code: 'data-damaged', message: expect.stringContaining(`${size} bytes`) });
    expect((await stat(path)).size).toBe(size);
  });

  it('reads all of a shortened file whose pages in use are there', async () => {
    // Closing moves what was written to the data file; so each round is a commit of its own there.
    const commit = async (batch: readonly Operation[]): Promise<void> => {
      const engine = await openLmdbEngine({ directory });
      engine.write(batch, () => {});
      await engine.close();
    };
    const indices = Array.from({ length: 60 }, (_unused, index) => index);
    await commit(
      indices.map((index) => ({ key: keyOf(index), value: new Uint8Array(index % 9 === 0 ? 9_000 : 200).fill(index) })),
    );
    // What is left moves to the front of the file, one commit after the other.
    for (const index of indices.slice(2)) await commit([{ key: keyOf(index), value: undefined }]);
    const path = `${directory}/${DATA_FILE}`;
    const content = await readFile(path);
    const keep = (pages: number): Promise<void> => writeFile(path, content.subarray(0, pages * 4_096));
    const allPages = content.length / 4_096;
    let pages = allPages;
    while (inspectDataFile(path).state === 'readable') await keep(--pages);
    expect(openElsewhere(), 'one page too few').toBe('data-damaged');
    await keep(pages + 1);
    expect(pages + 1, 'there was something to cut off').toBeLessThan(allPages);
    expect(openElsewhere()).toBe('9000:0,200:1');
  });

  /** In a process of its own: what is tested is also that it does not die. @returns all there is, or the error's code. */
  function openElsewhere(): string {
    const source = `import { openLmdbEngine } from '${new URL('./index.ts', import.meta.url).href}';
      const engine = await openLmdbEngine({ directory: '${directory}' }).catch((error) => console.log(error.code));
      const range = { from: Uint8Array.of(0), to: Uint8Array.of(255) };
      if (engine) console.log([...engine.range(range)].map(({ value }) => value.length + ':' + value[value.length - 1]).join());
      await engine?.close();`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : `ended with ${status}`;
  }

  it('finds what an earlier process of another speed left: a data file that is still empty', async () => {
    await writeFile(`${directory}/${DATA_FILE}`, '');
    const engine = await openLmdbEngine({ directory });
    await durable(engine, keyOf(1), keyOf(2));
    await engine.close();
  });

  it('is for one process at a time', async () => {
    const engine = await openLmdbEngine({ directory });
    const inUse = { code: 'directory-in-use', data: { directory, pid: process.pid } };
    expect(await openError()).toMatchObject(inUse);
    const other = spawnSync(process.execPath, [CHILD, directory, '1', '1'], { encoding: 'utf8' });
    expect(JSON.parse(other.stdout)).toMatchObject(inUse);
    await engine.close();
    await (await openLmdbEngine({ directory })).close();
  });
});
