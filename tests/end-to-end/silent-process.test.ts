/** A real process that is stopped behind open links: what a user waits for, and what for no longer (docs/decisions/0076). */
import process from 'node:process';
import { expect, test } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { processOf, Workplace } from './program.ts';

const ENDINGS = ['timeout, unknown', 'not-enough-replicas, not-applied'];

test('writes that need a silent home take a stand-in, strict ones fail in time, and the home gets what it missed', async () => {
  await using workplace = new Workplace();
  const cluster = await workplace.startCluster('--nodes', '4');
  const quorate = await connect([cluster.address]);
  const bucket = quorate.kv.bucket('b');
  for (let key = 0; key < 12; key++) {
    // Each node is ready once it serves; that all have found each other takes a moment more.
    const stored = (): Promise<string> => bucket.put(`key ${key}`, 'before', { w: 3 }).then(() => 'stored', String);
    await expect.poll(stored, { timeout: 10_000 }).toBe('stored');
  }
  const silent = processOf(cluster, 'n3');
  process.kill(silent, 'SIGSTOP');
  try {
    const keys = Array.from({ length: 12 }, (_unused, key) => `key ${key}`);
    const began = performance.now();
    const done = await Promise.allSettled(keys.map((key) => bucket.put(key, 'after', { w: 3, timeoutMs: 1_500 })));
    expect(performance.now() - began).toBeLessThan(3_000);
    const failed = done.filter((one) => one.status === 'rejected');
    // Only what had been sent to n3 itself, to be coordinated there.
    expect(failed.length).toBeLessThan(keys.length / 2);
    for (const { reason } of failed) expect(reason).toMatchObject({ outcome: 'unknown' });
    const strict = keys.map((key) => bucket.put(key, 'strictly', { w: 3, strict: true, timeoutMs: 400 }));
    for (const one of await Promise.allSettled(strict)) {
      // On a slow machine its links may have ended by now: then it is known at once that there are too few.
      if (one.status === 'rejected') expect(ENDINGS).toContain(`${one.reason.code}, ${one.reason.outcome}`);
    }
    expect(performance.now() - began).toBeLessThan(4_500);
  } finally {
    process.kill(silent, 'SIGCONT');
  }
  await expect
    .poll(
      async () => (await quorate.administration.ask('hints', undefined, { timeoutMs: 1_000 })) as { targets?: readonly object[] },
    )
    .toMatchObject({ targets: [] });
  await quorate.close();
}, 60_000);
