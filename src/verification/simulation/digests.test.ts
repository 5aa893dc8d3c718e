/**
 * The same on any machine and any version of Node. The digest takes in the time and the owner of each event and the bytes of each
 * frame and write, so a difference in any of them shows.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runToyCluster } from './toy-cluster-for-tests.ts';

const child = join(import.meta.dirname, 'digests.test-child.ts');
const oldest = join(import.meta.dirname, '../../../tests/package/node-22/node_modules/node/bin/node');
const SEEDS = ['1', '2', '3', '0xffffffffffffffff'];

/** Made once; whoever changes what the simulated world does changes them here, knowing that old seeds now mean other runs. */
const PINNED = ['106f79e8f2f4b880', 'eac524d61e36ec90', '8c9ba634f743929d', 'e087bca337008dbf'];

describe('the digest of a run', () => {
  test('is the one it has always been', () => {
    expect(SEEDS.map((seed) => runToyCluster(BigInt(seed)).digest)).toEqual(PINNED);
  });

  // The oldest supported Node.js is installed with the package's tests; without it there is nothing to compare with.
  test.runIf(existsSync(oldest))(
    'is the same under the oldest and the present Node.js, for the store as for the bare world',
    () => {
      const [here, there] = [process.execPath, oldest].map((node) => {
        return JSON.parse(execFileSync(node, ['--no-warnings', child, ...SEEDS], { encoding: 'utf8' })) as string[][];
      });
      expect(execFileSync(oldest, ['--version'], { encoding: 'utf8' })).toMatch(/^v22\./);
      expect(here?.map(([toy]) => toy)).toEqual(PINNED);
      expect(there).toEqual(here);
    },
    30_000,
  );
});
