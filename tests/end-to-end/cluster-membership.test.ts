/** A node is let in to a running cluster and another one goes, by orders on the command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freeRun, Workplace } from './program.ts';

describe('a running cluster', () => {
  test('lets a node in and another one go', async () => {
    await using workplace = new Workplace();
    const { directory } = workplace;
    const port = await freeRun(4);
    const nodes = [1, 2, 3, 4].map((number) => ({
      name: `n${number}`,
      address: `127.0.0.1:${port + number - 1}`,
      host: `h${number}`,
    }));
    const [first, last] = [`127.0.0.1:${port}`, `127.0.0.1:${port + 3}`];
    writeFileSync(join(directory, 'old.json'), JSON.stringify({ cluster: 'shop', nodes: nodes.slice(0, 3) }));
    writeFileSync(join(directory, 'seeds.txt'), `${first}\n`);
    writeFileSync(join(directory, 'new.json'), JSON.stringify({ cluster: 'shop', nodes, seeds: { file: 'seeds.txt' } }));
    const order = (...words: string[]) => workplace.run('cluster', ...words, '--address', first);

    const old = ['n1', 'n2', 'n3'].map((name) => workplace.begin('start', '--config', 'old.json', '--node', name));
    for (const program of old) await program.until(/ is ready/);
    const newcomer = workplace.begin('start', '--config', 'new.json', '--node', 'n4', '--join');
    await newcomer.until(/linked to a seed/);
    const put = ['kv', 'put', 'b', 'k', 'v', '--address', last];
    expect(await workplace.run(...put)).toMatchObject({ code: 1, stderr: expect.stringContaining('not a member') });

    expect(await order('join', 'n4', '--at', last, '--host', 'h4')).toMatchObject({ code: 0 });
    await newcomer.until(/n4 is ready/);
    expect((await workplace.run('cluster', 'members', '--address', last)).stdout).toMatch(/4 members[\s\S]*n4 +alive/);
    expect(await workplace.run(...put)).toMatchObject({ code: 0 });
    expect((await order('join', 'n4')).stderr).toContain('already');
    expect(await order('leave', 'n2')).toMatchObject({ code: 0 });
    expect((await order('leave', 'n3')).stderr).toContain('would have 2 nodes');
  }, 60_000);
});
