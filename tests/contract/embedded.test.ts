import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open } from '../../src/apps/library/index.ts';
import { CONTRACT_BUCKETS, describeKv } from './describe-kv.ts';

describeKv('embedded, in memory', () => open({ buckets: CONTRACT_BUCKETS }));

describe('kv embedded, in a directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorate-embedded-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('has its data again when it is opened again', async () => {
    const first = await open({ directory });
    await first.kv.bucket('plain').put('key', 'kept');
    await first.close();
    await using second = await open({ directory });
    expect((await second.kv.bucket('plain').get('key')).value?.text()).toBe('kept');
  });

  it('is not opened twice at once', async () => {
    await using _first = await open({ directory });
    await expect(open({ directory })).rejects.toMatchObject({ code: 'directory-in-use' });
  });
});

describe('open', () => {
  it.each([
    ['r above its one replica', { buckets: { b: { r: 2 } } }, 'bad-configuration'],
    ['a preset for more replicas', { buckets: { b: { preset: 'default' } } }, 'bad-configuration'],
    ['a bucket name that is none', { buckets: { 'B!': {} } }, 'bad-bucket'],
    ['a limit out of range', { limits: { keyBytes: 1_025 } }, 'bad-option'],
    ['a directory without a name', { directory: '' }, 'bad-option'],
  ] as const)('refuses %s', async (_what, options, code) => {
    await expect(open(options)).rejects.toMatchObject({ code, outcome: 'not-applied' });
  });

  it('has one replica whatever n says, and the limits it was given', async () => {
    await using quorate = await open({ buckets: { b: { n: 3, conflict: 'latest' } }, limits: { valueBytes: 3 } });
    expect((await quorate.status()).buckets['b']).toMatchObject({ n: 1, r: 1, w: 1, conflict: 'latest' });
    await expect(quorate.kv.bucket('b').put('k', 'four')).rejects.toMatchObject({ code: 'too-large' });
  });
});
