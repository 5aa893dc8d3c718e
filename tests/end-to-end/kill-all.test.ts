import { expect, test } from 'vitest';
import { connect, type Quorate } from '../../src/apps/client/index.ts';
import { processOf, Workplace } from './program.ts';

const WRITERS = 32;
const ENOUGH = 3000;

/** Writes until nothing goes any more. @returns the keys that were acknowledged. */
async function writeUntilDown(quorate: Quorate, onEnough: () => void): Promise<string[]> {
  const bucket = quorate.kv.bucket('last-words');
  const acknowledged: string[] = [];
  const writer = async (name: number): Promise<void> => {
    for (let count = 0; ; count++) {
      const key = `${name}/${count}`;
      try {
        await bucket.put(key, key, { timeoutMs: 1000 });
      } catch {
        // Down, as it should be: what is not acknowledged is not looked for.
        return;
      }
      acknowledged.push(key);
      if (acknowledged.length === ENOUGH) onEnough();
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_unused, name) => writer(name)));
  return acknowledged;
}

test('every acknowledged write is there after all nodes were killed at once', async () => {
  await using workplace = new Workplace();
  const cluster = await workplace.startCluster();
  const addresses = [0, 1, 2].map((offset) => `127.0.0.1:${cluster.port + offset}`);
  const before = await connect(addresses);
  const nodes = ['n1', 'n2', 'n3'].map((name) => processOf(cluster, name));
  const acknowledged = await writeUntilDown(before, () => {
    for (const node of nodes) process.kill(node, 'SIGKILL');
  });
  await before.close();
  await cluster.program.finished;
  expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);

  const again = workplace.begin('local', ...cluster.options);
  await again.until(/Ctrl-C/);
  const after = await connect(addresses);
  const found = await after.kv.bucket('last-words').getMany(acknowledged);
  const lost = acknowledged.filter((key, index) => found[index]?.values.length !== 1 || found[index]?.value?.text() !== key);
  expect(lost).toEqual([]);
  await after.close();
}, 120_000);
