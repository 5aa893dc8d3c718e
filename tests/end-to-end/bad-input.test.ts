import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, type Finished, freeRun, Workplace } from './program.ts';

/** One line that says what is wrong and one that says what to do, and no stack. */
function expectClear({ code, stderr }: Finished, exitCode: number, ...parts: readonly (string | RegExp)[]): void {
  expect(code, stderr).toBe(exitCode);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(stderr.trim().split('\n').length, stderr).toBeLessThanOrEqual(4);
  for (const part of parts) expect(stderr).toMatch(part);
}

describe('a command that cannot be understood', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown flag', ['status', '--verbos'], /--verbos/],
    ['an unknown command', ['statu'], /statu/],
    ['a missing argument', ['kv', 'get', 'carts'], /key/],
    ['a number that is none', ['kv', 'get', 'carts', 'k', '--r', 'two'], /two/],
  ])('%s ends with 2 and one line', async (_what, argv, message) => {
    await using workplace = new Workplace();
    expectClear(await workplace.run(...argv), 2, message);
  });
});

describe('a configuration that cannot be', () => {
  const node = (name: string, port: number): object => ({ name, address: `127.0.0.1:${port}` });
  const three = [node('n1', 1), node('n2', 2), node('n3', 3)];

  test.each<[string, string, readonly RegExp[]]>([
    ['no JSON', '{ "cluster": ', [/quorate\.json/, /JSON/]],
    ['fewer nodes than N', JSON.stringify({ cluster: 'c', nodes: three.slice(0, 2) }), [/n=3/, /2/]],
    ['R above N', JSON.stringify({ cluster: 'c', nodes: three, defaults: { r: 4 } }), [/r=4/, /n=3/]],
    ['a node listed twice', JSON.stringify({ cluster: 'c', nodes: [...three, node('n1', 4)] }), [/n1/]],
    ['partitions', JSON.stringify({ cluster: 'c', nodes: three, partitions: 100 }), [/100/, /power of two/]],
    ['an unknown field', JSON.stringify({ cluster: 'c', nodes: three, replicas: 3 }), [/replicas/]],
  ])('%s ends with 1 and names the value and the rule', async (_what, text, parts) => {
    await using workplace = new Workplace();
    writeFileSync(join(workplace.directory, 'quorate.json'), text);
    expectClear(await workplace.run('start', '--config', 'quorate.json', '--node', 'n1'), 1, ...parts);
  });

  test('a missing file, and a node that is not in it', async () => {
    await using workplace = new Workplace();
    expectClear(await workplace.run('start', '--config', 'none.json', '--node', 'n1'), 1, /none\.json/);
    writeFileSync(join(workplace.directory, 'quorate.json'), JSON.stringify({ cluster: 'c', nodes: three }));
    expectClear(await workplace.run('start', '--config', 'quorate.json', '--node', 'n9'), 1, /n9/, /n1/);
  });
});

/** A cluster of one node, which is quick to start and all that these tests need. */
async function configure(workplace: Workplace, name: string, cluster = 'alone'): Promise<{ file: string; port: number }> {
  const port = await freeRun(1);
  const file = `${cluster}-${name}.json`;
  const nodes = [{ name, address: `127.0.0.1:${port}` }];
  writeFileSync(join(workplace.directory, file), JSON.stringify({ cluster, nodes, defaults: { n: 1, r: 1, w: 1 } }));
  return { file, port };
}

describe('a node that cannot start', () => {
  test('because the port is taken', async () => {
    await using workplace = new Workplace();
    const { file, port } = await configure(workplace, 'n1');
    const holder = await new Promise<Server>((resolve) => {
      const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
    });
    expectClear(
      await workplace.run('start', '--config', file, '--node', 'n1'),
      1,
      new RegExp(`${port}`),
      /taken|in use|already|another/,
    );
    await new Promise((resolve) => holder.close(resolve));
  });

  test('nor can a local cluster whose ports are taken, and it says so and ends', async () => {
    await using workplace = new Workplace();
    const cluster = await workplace.startCluster();
    const ports = ['--port', `${cluster.port}`, '--http-port', `${await freeRun(3)}`];
    expectClear(await workplace.run('local', '--data', 'other', ...ports), 1, /could not start/, /another process/);
  }, 30_000);

  test('because the data are in use, or of another node, or of another cluster; and nothing is lost', async () => {
    await using workplace = new Workplace();
    const { file, port } = await configure(workplace, 'n1');
    const first = workplace.begin('start', '--config', file, '--node', 'n1', '--data', 'shared');
    await first.until(/n1 is ready/);
    expect((await workplace.run('kv', 'put', 'b', 'k', 'kept', '--address', `127.0.0.1:${port}`)).code).toBe(0);
    const second = await configure(workplace, 'n2');
    const other = await configure(workplace, 'n1', 'other');
    expectClear(
      await workplace.run('start', '--config', second.file, '--node', 'n2', '--data', 'shared'),
      1,
      /shared/,
      /in use|process/,
    );
    await first.stop('SIGTERM');
    expectClear(await workplace.run('start', '--config', second.file, '--node', 'n2', '--data', 'shared'), 1, /'n1'/, /'n2'/);
    expectClear(
      await workplace.run('start', '--config', other.file, '--node', 'n1', '--data', 'shared'),
      1,
      /'alone'/,
      /'other'/,
    );
    const again = workplace.begin('start', '--config', file, '--node', 'n1', '--data', 'shared');
    await again.until(/n1 is ready/);
    expect((await workplace.run('kv', 'get', 'b', 'k', '--address', `127.0.0.1:${port}`)).stdout).toBe('kept');
  }, 60_000);

  test('because its data directory is a file, or somebody else keeps files there', async () => {
    await using workplace = new Workplace();
    const { file } = await configure(workplace, 'n1');
    writeFileSync(join(workplace.directory, 'a-file'), 'mine');
    expectClear(await workplace.run('start', '--config', file, '--node', 'n1', '--data', 'a-file'), 1, /a-file/);
    mkdirSync(join(workplace.directory, 'theirs'));
    writeFileSync(join(workplace.directory, 'theirs', 'thesis.txt'), 'my only copy');
    expectClear(await workplace.run('start', '--config', file, '--node', 'n1', '--data', 'theirs'), 1, /thesis\.txt/);
  });
});

describe('a request that breaks a rule', () => {
  const workplace = new Workplace();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await workplace.startCluster();
  });
  afterAll(() => workplace[Symbol.asyncDispose]());

  const run = (...argv: readonly string[]): Promise<Finished> => workplace.run('kv', ...argv, '--address', cluster.address);

  test('is refused in one line, and what was there stays', async () => {
    expect((await run('put', 'b', 'k', 'kept')).code).toBe(0);
    const context = (await fetch(`http://127.0.0.1:${cluster.http}/kv/b/k`)).headers.get('quorate-context') ?? 'none';
    writeFileSync(join(workplace.directory, 'large'), new Uint8Array(1024 * 1024 + 1));
    expectClear(await run('put', 'b', '', 'v'), 1, /empty|at least one byte/);
    expectClear(await run('put', 'b', 'k'.repeat(1025), 'v'), 1, /1025/, /1024/);
    expectClear(await run('put', 'b', 'k', '--file', 'large'), 1, /1048577/, /1048576/);
    expectClear(await run('put', 'No Bucket', 'k', 'v'), 1, /No Bucket/);
    expectClear(await run('put', 'b', 'other', 'v', '--context', context), 1, /another key/);
    expectClear(await run('get', 'b', 'k', '--r', '4'), 1, /r=4/, /n=3/);
    expectClear(await run('put', 'b', 'k', 'v', '--w', '4'), 1, /w=4/, /n=3/);
    expect((await run('get', 'b', 'k')).stdout).toBe('kept');
    expect((await run('get', 'b', 'nothing')).code).toBe(3);
  }, 60_000);

  test('or that nobody answers, says whom it has tried', async () => {
    const port = await freeRun(1);
    const asked = await workplace.run('kv', 'get', 'b', 'k', '--address', `127.0.0.1:${port}`, '--timeout', '500');
    expectClear(asked, 1, new RegExp(`127\\.0\\.0\\.1:${port}`));
  }, 30_000);
});
