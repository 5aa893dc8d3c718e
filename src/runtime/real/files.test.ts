import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exists, makeDirectory, readBytes, readTextFile, type WalkedFile, walk, writeFileAtomically } from './index.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe('reading', () => {
  test('gives text and bytes', async () => {
    const path = join(directory, 'file');
    await writeFile(path, 'gr\u00fc\u00dfe');
    expect(await readTextFile(path)).toBe('gr\u00fc\u00dfe');
    expect([...(await readBytes(path)).subarray(0, 3)]).toEqual([0x67, 0x72, 0xc3]);
  });

  test.each([readTextFile, readBytes])('%o names the path that is missing or of the wrong kind', async (read) => {
    const missing = join(directory, 'missing');
    await expect(read(missing)).rejects.toMatchObject({ code: 'file-not-found', data: { path: missing } });
    await expect(read(directory)).rejects.toMatchObject({
      code: 'file-not-readable',
      message: `'${directory}' cannot be read: it is a directory`,
    });
  });

  test('exists tells what is there', async () => {
    await symlink('nowhere', join(directory, 'broken'));
    expect(await exists(directory)).toBe(true);
    expect(await exists(join(directory, 'broken'))).toBe(true);
    expect(await exists(join(directory, 'missing'))).toBe(false);
    await writeFile(join(directory, 'file'), '');
    expect(await exists(join(directory, 'file', 'below'))).toBe(false);
  });
});

describe('walking', () => {
  async function walked(from = directory): Promise<WalkedFile[]> {
    const files: WalkedFile[] = [];
    for await (const file of walk(from)) files.push(file);
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  test('finds every regular file below, with its size, and nothing else', async () => {
    await mkdir(join(directory, 'b', 'deep', 'er'), { recursive: true });
    await mkdir(join(directory, 'empty'));
    await writeFile(join(directory, 'a'), 'xyz');
    await writeFile(join(directory, 'b', 'deep', 'er', 'file name'), '');
    await writeFile(join(directory, 'b', '\u00fc'), '1');
    await symlink(join(directory, 'a'), join(directory, 'link'));
    await symlink(directory, join(directory, 'b', 'loop'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(directory, 'socket'), resolve));
    expect(await walked()).toEqual([
      { path: 'a', sizeBytes: 3 },
      { path: 'b/deep/er/file name', sizeBytes: 0 },
      { path: 'b/\u00fc', sizeBytes: 1 },
    ]);
    await new Promise((resolve) => server.close(resolve));
  });

  test('can be left early', async () => {
    for (const name of ['a', 'b', 'c']) await writeFile(join(directory, name), '');
    for await (const file of walk(directory)) {
      expect(file.sizeBytes).toBe(0);
      break;
    }
  });

  test('names what is missing or is no directory', async () => {
    await expect(walked(join(directory, 'missing'))).rejects.toMatchObject({ code: 'file-not-found' });
    await writeFile(join(directory, 'file'), '');
    await expect(walked(join(directory, 'file'))).rejects.toMatchObject({
      code: 'file-not-readable',
      message: expect.stringContaining('is not a directory'),
      data: { path: join(directory, 'file') },
    });
  });
});

describe('writing', () => {
  test('replaces a file whole and leaves nothing beside it', async () => {
    const path = join(directory, 'file');
    await writeFileAtomically(path, 'first');
    await writeFileAtomically(path, Uint8Array.of(0x32));
    expect(await readTextFile(path)).toBe('2');
    expect(await readdir(directory)).toEqual(['file']);
  });

  test('that fails keeps what was there, leaves nothing beside it and says why', async () => {
    const path = join(directory, 'occupied');
    await mkdir(join(path, 'child'), { recursive: true });
    await expect(writeFileAtomically(path, 'x')).rejects.toMatchObject({ code: 'file-not-writable', data: { path } });
    expect(await readdir(directory)).toEqual(['occupied']);
    await expect(writeFileAtomically(join(directory, 'no', 'such'), 'x')).rejects.toMatchObject({
      code: 'file-not-writable',
      message: expect.stringContaining('its directory does not exist'),
    });
  });

  test.skipIf(process.getuid?.() === 0)('without permission says so', async () => {
    await chmod(directory, 0o500);
    await expect(writeFileAtomically(join(directory, 'file'), 'x')).rejects.toThrow(/permission denied/);
    await chmod(directory, 0o700);
  });

  test('makes directories with all above them, once or again', async () => {
    const path = join(directory, 'a', 'b');
    await makeDirectory(path);
    await makeDirectory(path);
    expect(await exists(path)).toBe(true);
    await writeFile(join(path, 'file'), '');
    await expect(makeDirectory(join(path, 'file', 'c'))).rejects.toMatchObject({ code: 'file-not-writable' });
  });
});
