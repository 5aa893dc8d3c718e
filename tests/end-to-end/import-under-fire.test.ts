import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { processOf, Workplace } from './program.ts';

const SMALL_FILES = 800;
const repository = join(import.meta.dirname, '../..');

/** A folder like those that people have: many small files, some large ones, some in deep places. */
function makeFolder(path: string): void {
  cpSync(join(repository, 'src/protocols'), join(path, 'source'), { recursive: true });
  for (let index = 0; index < SMALL_FILES; index++) {
    const folder = join(path, `folder ${index % 40}`, `${index % 7}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file ${index}.txt`), `${index}\n`.repeat(1 + ((index * 37) % 400)));
  }
  for (let index = 0; index < 20; index++) writeFileSync(join(path, `large-${index}.bin`), new Uint8Array(900_000).fill(index));
}

/** Wait until so many objects are there. */
async function untilStored(address: string, objects: number): Promise<void> {
  const quorate = await connect([address]);
  let stored = 0;
  while (stored < objects) {
    stored = (await quorate.kv.bucket('files').page(undefined, { pageSize: objects })).keys.length;
    // The nodes have an import to attend to.
    await setTimeout(50);
  }
  await quorate.close();
}

test('an import goes on while a node is killed and comes back, and every acknowledged object verifies', async () => {
  await using workplace = new Workplace();
  const folder = join(workplace.directory, 'folder');
  makeFolder(folder);
  const cluster = await workplace.startCluster();
  const addresses = [0, 1, 2].flatMap((offset) => ['--address', `127.0.0.1:${cluster.port + offset}`]);

  // Few at once, so that the import lasts long enough to be disturbed.
  const importing = workplace.begin('kv', 'import', 'folder', '--concurrency', '1', ...addresses);
  await untilStored(cluster.address, SMALL_FILES / 4);
  process.kill(processOf(cluster, 'n2'), 'SIGKILL');
  await cluster.program.until(/n2 .*(ended|died|gone|stopped|killed)/i);
  expect(importing.child.exitCode, 'the import is still under way').toBe(null);
  const back = workplace.begin('start', '--config', 'data/quorate.json', '--node', 'n2');
  const imported = await importing.finished;
  expect(imported.stderr + imported.stdout).toMatch(/acknowledged [\d,]+ /);
  expect(imported.code, imported.stderr).toBe(0);

  await back.until(/n2 is ready/);
  expect(await workplace.run('kv', 'verify', 'folder', ...addresses)).toMatchObject({ code: 0 });

  // The control: a verification that cannot fail would prove nothing.
  writeFileSync(join(folder, 'large-3.bin'), 'changed');
  const verified = await workplace.run('kv', 'verify', 'folder', ...addresses);
  expect(verified.code).toBe(1);
  expect(verified.stdout + verified.stderr).toMatch(/large-3\.bin/);
}, 120_000);
