/**
 * What an administrator may get wrong, each by name: a clear refusal that names the value and the rule, and nothing lost. Four nodes with real
 * sockets and real disks; orders go the way of the command line. Hints for a node that nobody knows are in `src/stores/kv/hints/delivery.test.ts`
 * too, clocks that are hours apart in `fourteen-invariants.test.ts` (10).
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { main } from '../../src/apps/command-line/main.ts';
import { type Output, realSurroundings } from '../../src/apps/command-line/surroundings.ts';
import { type RunningServer, readConfiguration, startServer } from '../../src/apps/server/index.ts';
import { silentLog } from '../../src/runtime/real/index.ts';
import type { Quorate } from '../../src/stores/kv/client/index.ts';
import { freeRun } from '../end-to-end/program.ts';

const directory = mkdtempSync(join(tmpdir(), 'quorate-bad-input-'));
const HOSTS = { n1: 'a', n2: 'b', n3: 'c', n4: 'c' } as const;
const surroundings = realSurroundings();
const running = new Map<string, RunningServer>();
const opened: { close(): unknown }[] = [];
let port = 0;
let quorate: Quorate;

const addressOf = (node: number): string => `127.0.0.1:${port + node - 1}`;

/** Everything a command prints, and its exit code. */
async function command(...argv: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const write = (chunk: string | Uint8Array): Promise<void> => {
    text += chunk.toString();
    return Promise.resolve();
  };
  const output: Output = { isTerminal: false, columns: 200, write };
  const code = await main(argv, { ...(await surroundings), stdout: output, stderr: output });
  return { code, text };
}

const cluster = (...words: readonly string[]): ReturnType<typeof command> =>
  command('cluster', ...words, '--address', addressOf(1));

/** One line that says what is wrong, with all that is to be named, and one that says what to do; nobody came or went, nothing is lost. */
async function expectRefusal(refused: { readonly code: number; readonly text: string }, ...parts: readonly (string | RegExp)[]) {
  expect(refused.code, refused.text).toBe(1);
  expect(refused.text).toMatch(/^error: .+\nnext: .+\n$/);
  for (const part of parts) expect(refused.text).toMatch(part);
  expect((await quorate.status()).nodes.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'n4']);
  const { values } = await quorate.kv.bucket('b').get('k', { r: 3 });
  expect(values.map((value) => value.text())).toEqual(['kept']);
}

function configure(file: string, more: object): string {
  const path = join(directory, file);
  const nodes = Object.entries(HOSTS).map(([name, host], index) => ({ name, host, address: addressOf(index + 1) }));
  writeFileSync(path, JSON.stringify({ cluster: 'shop', partitions: 16, nodes, ...more }));
  return path;
}

/** A newcomer's configuration. */
function configureNewcomer(
  file: string,
  seeds: unknown,
  name = 'n9',
): { readonly source: string; readonly options: readonly string[] } {
  const source = configure(file, {
    nodes: [{ name, address: addressOf(5), host: 'd', http: addressOf(6) }],
    defaults: { n: 1, r: 1, w: 1 },
    seeds,
  });
  return { source, options: ['start', '--config', source, '--node', name, '--join'] };
}

async function start(source: string, node: string, isNew = false, data = node): Promise<RunningServer> {
  const configuration = await readConfiguration(source);
  const server = await startServer({
    configuration,
    source,
    node,
    join: isNew,
    directory: join(directory, data),
    log: silentLog,
  });
  running.set(node, server);
  return server;
}

/** What `/ready` answers, once it says what is looked for. */
async function readiness(pattern: RegExp): Promise<string> {
  let text = '';
  await expect
    .poll(async () => (text = await (await fetch(`http://${addressOf(6)}/ready`)).text()), { interval: 30, timeout: 8_000 })
    .toMatch(pattern);
  return text;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that has something to say to whoever connects. */
function tcpServer(say: (socket: Socket) => void): Promise<string> {
  return listening(
    createServer((socket) => {
      opened.push({ close: () => socket.destroy() });
      socket.on('error', () => {});
      say(socket);
    }),
  );
}

async function urlOf(status: number, body: string): Promise<string> {
  const server = createHttpServer((_request, response) => response.writeHead(status, { connection: 'close' }).end(body));
  return `http://${await listening(server)}/seeds`;
}

beforeAll(async () => {
  port = await freeRun(7);
  const source = configure('quorate.json', {});
  await Promise.all(Object.keys(HOSTS).map((node) => start(source, node)));
  await vi.waitUntil(() => [...running.values()].every((server) => server.unreadiness() === undefined), {
    interval: 20,
    timeout: 20_000,
  });
  quorate = await connect([addressOf(1)]);
  // A node is ready with two of them.
  await vi.waitUntil(async () => (await quorate.status()).nodes.every(({ up }) => up), { interval: 20, timeout: 20_000 });
  await quorate.kv.bucket('b').put('k', 'kept', { w: 3 });
});

afterAll(async () => {
  for (const one of opened) one.close();
  await quorate?.close();
  await Promise.all([...running.values()].map((server) => server.stop()));
  rmSync(directory, { recursive: true, force: true });
});

describe('refused, in words that name the value and the rule:', () => {
  test('joining twice, at once and as a plan', async () => {
    await expectRefusal(await cluster('join', 'n2', '--at', addressOf(5)), /n2 is a member already, at/, addressOf(2));
    await expectRefusal(await cluster('plan', 'join', `n2@${addressOf(5)}`), /n2 is a member already/);
    await expectRefusal(
      await cluster('plan', 'join', `n9@${addressOf(5)}`, 'join', `n9@${addressOf(6)}`),
      /n9 is a member already/,
    );
    await expectRefusal(await cluster('join', 'n9', '--at', addressOf(3)), /is that of n3/, /one of its own/);
  });

  test('a second process under the name of a member: it gets nothing that is the member’s', async () => {
    const { source, options } = configureNewcomer('twin.json', [addressOf(1)], 'n2');
    const twin = await start(source, 'n2', true, 'twin');
    await readiness(new RegExp(`n2 is the name of a member already, which listens on ${addressOf(2)}`));
    const asked = await command('kv', 'put', 'b', 'k', 'lost', '--address', addressOf(5));
    await expectRefusal(asked, /name of a member already/, /another name/);
    await quorate.kv.bucket('b').put('other', 'stored where it belongs', { w: 3 });
    await twin.stop();
    // Nor when it is started once more, on a disk that knows the cluster by now.
    await expectRefusal(
      await command(...options, '--data', join(directory, 'twin')),
      /name of a member already/,
      /without --join/,
    );
  });

  test('leaving the last N nodes', async () => {
    await expectRefusal(await cluster('plan', 'leave', 'n3', 'leave', 'n4'), /Without n4 the cluster would have 2 nodes/, /n=3/);
  });

  test('removing a node that is alive', async () => {
    await expectRefusal(await cluster('remove', 'n3'), /n3 is alive/, /only a dead node is removed/);
    await expectRefusal(await cluster('plan', 'replace', 'n3', `n9@${addressOf(5)}`), /n3 is alive/);
  });

  test('a plan that would put two replicas on one host', async () => {
    const refused = await cluster('plan', 'leave', 'n1');
    await expectRefusal(
      refused,
      /16 of 16 partitions/,
      /two of their 3 replicas on one host/,
      /b \(n2\), c \(n3, n4\)/,
      /3 replicas need 3 hosts/,
    );
    const forced = await cluster('plan', 'leave', 'n1', '--force');
    expect(forced.text).toContain('partitions with two replicas on one host: 16');
    expect((await cluster('plan', 'leave', 'n4')).code, 'a plan of which every replica has a host').toBe(0);
  });

  test('a stale plan, and one that is garbage', async () => {
    const planned = await cluster('plan', 'leave', 'n4');
    const token = planned.text.trim().split(' ').at(-1) ?? '';
    expect((await cluster('weight', 'n4', '2')).code).toBe(0);
    await expectRefusal(
      await cluster('commit', token),
      /The plan was made of history \S+, but the history is \S+ by now/,
      /anew/,
    );
    await expectRefusal(await cluster('commit', 'garbage'), /'garbage' is not what quorate cluster plan printed/);
    await expectRefusal(await cluster('commit', Buffer.from('{"version":7}').toString('base64url')), /history 7/);
  });

  test('hints for an unknown node', async () => {
    await expect(quorate.administration.order('redirect-hints', { target: 'n3' })).rejects.toMatchObject({
      code: 'bad-request',
      outcome: 'not-applied',
    });
    await expect(quorate.administration.order('redirect-hints', { target: 'n9' })).resolves.toMatchObject({ hints: 0 });
  });
});

test('a seed that answers garbage, or is of another cluster, is named with what it said by the new node that asked it', async () => {
  const one = { n: 1, r: 1, w: 1 };
  const nodes = [{ name: 'x1', address: addressOf(7) }];
  const stranger = await start(configure('other.json', { cluster: 'attic', nodes, defaults: one }), 'x1');
  const garbage: readonly (readonly [seed: string, rule: RegExp])[] = [
    [await tcpServer((socket) => socket.write(randomBytes(4000))), /malformed|refused/],
    [await tcpServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')), /malformed/],
    [await tcpServer((socket) => socket.end()), /unreachable/],
    [addressOf(7), /refused: .*'attic'.*'shop'|refused: .*'shop'.*'attic'/],
  ];
  const first = await freeRun(garbage.length);
  const asking = garbage.map(async ([seed, rule], index) => {
    const name = `m${index}`;
    const source = configure(`${name}.json`, {
      nodes: [{ name, address: `127.0.0.1:${first + index}` }],
      defaults: one,
      seeds: [seed],
    });
    const server = await start(source, name, true);
    await expect.poll(() => server.unreadiness(), { interval: 30, timeout: 8_000 }).toContain(`tried ${seed} (`);
    expect(server.unreadiness()).toContain(`${name} has not found the cluster yet`);
    expect(server.unreadiness()).toMatch(rule);
    return server;
  });
  await Promise.all([...(await Promise.all(asking)), stranger].map((server) => server.stop()));
});

describe('a list of seeds that is garbage keeps a new node from starting:', () => {
  const startWith = async (seeds: object): Promise<{ code: number; text: string }> =>
    command(...configureNewcomer('list.json', seeds).options);

  test('a file', async () => {
    writeFileSync(join(directory, 'seeds.txt'), randomBytes(200));
    await expectRefusal(await startWith({ file: 'seeds.txt' }), /seeds\.txt/, /host:port/);
    writeFileSync(join(directory, 'seeds.txt'), '');
    await expectRefusal(await startWith({ file: 'seeds.txt' }), /seeds\.txt/, /at least one seed/);
    await expectRefusal(await startWith({ file: 'none.txt' }), /none\.txt/);
  });

  test.each<[string, number, string, RegExp]>([
    ['a page', 200, '<html><body>Welcome!</body></html>', /host:port/],
    ['JSON of another shape', 200, '{"seeds":["a:1"]}', /must be a list/],
    ['JSON that ends early', 200, '["127.0.0.1:1"', /JSON/],
    ['an error', 500, 'sorry', /the answer is 500/],
  ])('a URL that answers %s', async (_what, status, body, rule) => {
    const url = await urlOf(status, body);
    await expectRefusal(await startWith({ url }), new RegExp(url), rule);
  });

  test('but a member goes on without it', async () => {
    const source = configure('member.json', { seeds: { url: await urlOf(500, 'sorry') } });
    await running.get('n4')?.stop();
    await start(source, 'n4');
    await expect.poll(() => running.get('n4')?.unreadiness()).toBeUndefined();
  });
});
