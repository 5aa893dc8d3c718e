import { describe, expect, test } from 'vitest';
import { processOf, Workplace } from './program.ts';

describe('quorate local', () => {
  test('runs three nodes that answer everywhere, stops cleanly at Ctrl-C, and has the data when started again', async () => {
    await using workplace = new Workplace();
    const cluster = await workplace.startCluster();
    const nodes = ['n1', 'n2', 'n3'].map((name) => processOf(cluster, name));
    const put = await workplace.run('kv', 'put', 'carts', 'alice', '{"items":["milk"]}', '--address', cluster.address);
    expect(put).toMatchObject({ code: 0, stderr: '' });
    for (const offset of [0, 1, 2]) {
      const got = await workplace.run('kv', 'get', 'carts', 'alice', '--address', `127.0.0.1:${cluster.port + offset}`);
      expect(got).toMatchObject({ code: 0, stdout: '{"items":["milk"]}' });
    }
    const stopped = await cluster.program.stop('SIGINT');
    expect(stopped.code).toBe(0);
    for (const node of nodes) expect(() => process.kill(node, 0), 'the node has ended').toThrow('ESRCH');

    const again = workplace.begin('local', ...cluster.options);
    await again.until(/Ctrl-C/);
    expect(await workplace.run('kv', 'get', 'carts', 'alice', '--address', cluster.address)).toMatchObject({
      code: 0,
      stdout: '{"items":["milk"]}',
    });
  }, 60_000);

  test('prints three commands that work as they are', async () => {
    await using workplace = new Workplace();
    const { program } = await workplace.startCluster();
    const commands = [...program.output.matchAll(/^ +npx quorate (.*)$/gm)].map(([, words]) => words ?? '');
    expect(commands.length).toBe(2);
    for (const command of commands) {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      expect(await workplace.run(...words)).toMatchObject({ code: 0, stderr: '' });
    }
    const url = /curl -i (\S+)/.exec(program.output)?.[1] ?? '';
    expect(await (await fetch(url)).text()).toContain('milk');
  }, 60_000);
});

describe('HTTP', () => {
  test('stores bytes with their type, shows siblings, takes contexts, lists, and tells of itself', async () => {
    await using workplace = new Workplace();
    const { http } = await workplace.startCluster();
    const at = (offset: number, path: string): string => `http://127.0.0.1:${http + offset}${path}`;
    const put = (value: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(at(0, '/kv/notes/a%2Fb'), { method: 'PUT', body: value, headers: { 'content-type': 'text/x-note', ...headers } });
    expect((await put('one')).status).toBe(204);
    const found = await fetch(at(1, '/kv/notes/a%2Fb'));
    expect([found.status, found.headers.get('content-type'), await found.text()]).toEqual([200, 'text/x-note', 'one']);
    expect((await put('two')).status).toBe(204);
    const siblings = await fetch(at(2, '/kv/notes/a%2Fb'));
    expect(siblings.status).toBe(300);
    expect(JSON.stringify(await siblings.json())).toMatch(/one.*two|two.*one/);
    const context = siblings.headers.get('quorate-context') ?? '';
    expect((await put('both', { 'quorate-context': context })).status).toBe(204);
    expect(await (await fetch(at(1, '/kv/notes/a%2Fb'))).text()).toBe('both');
    expect(await (await fetch(at(0, '/kv/notes'))).json()).toMatchObject({ keys: ['a/b'] });
    expect((await fetch(at(0, '/kv/notes/a%2Fb'), { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(at(1, '/kv/notes/a%2Fb'))).status).toBe(404);
    for (const path of ['/health', '/ready', '/openapi.json', '/status', '/ring']) {
      expect((await fetch(at(2, path))).status, path).toBe(200);
    }
    const metrics = await (await fetch(at(0, '/metrics'))).text();
    expect(metrics).toMatch(/^quorate_kv_request_duration_seconds_count\{[^}]*verb="put"[^}]*\} [1-9]/m);
  }, 60_000);
});
