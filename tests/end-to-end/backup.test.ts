import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { QuorateError } from '../../src/runtime/errors/index.ts';
import type { Bucket } from '../../src/stores/kv/index.ts';
import { freeRun, Workplace } from './program.ts';

const KEYS = 3000;

/** Writes on until told to stop; returns what it was acknowledged. */
function writer(bucket: Bucket, prefix: string): () => Promise<ReadonlyMap<string, string>> {
  const acknowledged = new Map<string, string>();
  let isOver = false;
  const running = (async () => {
    for (let turn = 0; !isOver; turn++) {
      const key = `${prefix}-${turn}`;
      try {
        await bucket.put(key, `${turn}`);
        acknowledged.set(key, `${turn}`);
      } catch (error) {
        // Of a machine that is too busy: then it is not acknowledged.
        if (!(error instanceof QuorateError) || error.code === 'closed') throw error;
      }
      // Slower than the floor of background work: on a busy machine a backup would never come to the end of what is written meanwhile.
      await setTimeout(5);
    }
  })();
  return async () => {
    isOver = true;
    await running;
    return acknowledged;
  };
}

async function expectAll(bucket: Bucket, expected: ReadonlyMap<string, string>): Promise<void> {
  const found = await bucket.getMany(expected.keys());
  const wrong = [...expected].filter(([, value], index) => found[index]?.values.every((one) => one.text() !== value) !== false);
  expect(wrong.slice(0, 5)).toEqual([]);
}

function filesIn(workplace: Workplace): string[] {
  const folder = join(workplace.directory, 'copy');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.quorate')) : [];
}

function isUnderWay(progress: string): boolean {
  return existsSync(progress) && /"done":\["/.test(readFileSync(progress, 'utf8'));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(10);
}

/** A cluster of five on other ports, with its own folder. */
async function startFive(workplace: Workplace): Promise<string> {
  const [port, http] = [await freeRun(5), await freeRun(5)];
  const program = workplace.begin('local', '--data', 'five', '--nodes', '5', '--port', `${port}`, '--http-port', `${http}`);
  await program.until(/Ctrl-C/);
  return `127.0.0.1:${port}`;
}

test('a running cluster of three is backed up, and restored into a running one of five, while both are written to', async () => {
  await using workplace = new Workplace();
  const [three, five] = [(await workplace.startCluster()).address, await startFive(workplace)];
  await using source = await connect([three]);
  await using target = await connect([five]);
  const before = new Map(Array.from({ length: KEYS }, (_unused, index) => [`key-${index}`, `value ${index}`]));
  await source.kv.bucket('carts').putMany(before);
  await source.kv.bucket('other').put('one', 'thing');
  await source.kv.bucket('carts').delete('key-0');
  before.delete('key-0');

  const sourceWrites = writer(source.kv.bucket('carts'), 'during-backup');
  const interrupted = workplace.begin('backup', 'copy', '--address', three, '--concurrency', '1', '--json');
  await until(() => filesIn(workplace).length > 20);
  expect((await interrupted.stop('SIGINT')).code).toBe(130);
  const backedUp = await workplace.run('backup', 'copy', '--address', three, '--verify');
  expect(backedUp, backedUp.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/backed up [\d,]+ keys.*\nverified/),
  });
  await sourceWrites();
  const again = await workplace.run('backup', 'copy', '--address', three);
  expect(again.stderr).toMatch(/is complete/);

  const targetWrites = writer(target.kv.bucket('carts'), 'during-restore');
  const killed = workplace.begin('restore', 'copy', '--address', five, '--concurrency', '1');
  await until(() => isUnderWay(join(workplace.directory, 'copy', 'restore-local.json')));
  await killed.stop('SIGKILL');
  const restored = await workplace.run('restore', 'copy', '--address', five, '--verify');
  expect(restored, restored.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/restored: .*\nverified: \d+ present/),
  });
  expect(restored.stdout).not.toMatch(/missing/);
  await expectAll(target.kv.bucket('carts'), await targetWrites());
  await expectAll(target.kv.bucket('carts'), before);
  expect((await target.kv.bucket('carts').get('key-0')).values).toEqual([]);
  expect((await target.kv.bucket('other').get('one')).value?.text()).toBe('thing');
  expect((await target.kv.bucket('carts').get('key-1')).values.length).toBe(1);

  // The control: damage is found, and nothing is restored from it.
  const path = join(workplace.directory, 'copy', filesIn(workplace)[0] ?? '');
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const damaged = await workplace.run('backup', 'copy', '--verify', '--json');
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringMatching(/backup-damaged/) });
}, 180_000);

test('one bucket alone is backed up and restored', async () => {
  await using workplace = new Workplace();
  const { address } = await workplace.startCluster();
  await using quorate = await connect([address]);
  await quorate.kv.bucket('carts').put('a', 'cart');
  await quorate.kv.bucket('other').put('b', 'thing');
  expect(await workplace.run('backup', 'copy', '--bucket', 'carts', '--address', address)).toMatchObject({ code: 0 });
  await quorate.kv.bucket('carts').delete('a');
  await quorate.kv.bucket('other').delete('b');
  expect(await workplace.run('restore', 'copy', '--address', address)).toMatchObject({ code: 0 });
  const found = async (bucket: string, key: string) => (await quorate.kv.bucket(bucket).get(key)).value?.text();
  expect([await found('carts', 'a'), await found('other', 'b')]).toEqual(['cart', undefined]);
}, 60_000);
