import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawPlan, whyNoNamespaces } from '../../src/apps/drill/index.ts';
import { runTool } from '../../src/runtime/machine/index.ts';
import { freeRun, type Program, Workplace } from './program.ts';

const PROMISES = /^(?:kept|partly) .*$/gm;

/** What namespaces, mounts and nodes of this drill are still there. */
async function leftovers({ child }: Program, directory: string): Promise<readonly string[]> {
  const mark = `quorate-drill-${child.pid ?? ''}-`;
  const namespaces = (await runTool('ip', ['netns', 'list'])).stdout.split('\n').filter((line) => line.startsWith(mark));
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const nodes = readdirSync('/proc').filter((id) => /^\d+$/.test(id) && commandLine(id).includes(directory));
  return [...namespaces, ...mounts.filter((line) => line.includes(directory)), ...nodes.map(commandLine)];
}

function commandLine(id: string): string {
  // A process may end between the list and the look.
  return existsSync(`/proc/${id}/cmdline`) ? readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
}

test('three nodes keep their promises under kill, pause and partition while nodes join and are replaced, by the best network there is', async () => {
  await using workplace = new Workplace();
  const report = join(workplace.directory, 'one', 'report.html');
  const program = workplace.begin(
    'drill',
    '--seconds',
    '9',
    '--faults',
    'kill,pause,partition',
    '--changes',
    'join,replace',
    '--seed',
    '1',
    '--report',
    report,
  );
  const { code, stdout, stderr } = await program.finished;
  expect(stderr).toBe('');
  expect(stdout).toContain((await whyNoNamespaces(process.pid)) === undefined ? 'network namespace' : 'proxy between the nodes');
  expect(stdout.match(PROMISES), stdout).toHaveLength(12);
  expect(stdout).toMatch(/^kept {3}changes of the ring are made and come to rest \(join n4/m);
  for (let proof = 1; proof <= 7; proof++) expect(stdout).toContain(`(proof ${proof}; `);
  expect(code).toBe(0);
  expect(readFileSync(report, 'utf8')).toMatch(/all promises kept[\s\S]*class="band (?:kill|pause|partition)"/);
  expect(await leftovers(program, workplace.directory)).toEqual([]);

  const again = await workplace.run('history', 'check', join(workplace.directory, 'one', 'history.jsonl'));
  expect(again.stdout).toMatch(/^fine: \d+ operations .* as kv/);
  expect(again.code).toBe(0);
}, 90_000);

test('the same through proxies, with slow lines too', async () => {
  await using workplace = new Workplace();
  const kinds = ['--faults', 'kill,pause,partition,slow', '--changes', 'none'];
  const program = workplace.begin('drill', '--network', 'proxy', '--seconds', '8', ...kinds, '--seed', '3', '--json');
  const { code, stdout, stderr } = await program.finished;
  expect(stderr).toBe('');
  const answer: unknown = JSON.parse(stdout);
  const done = ['kill', 'pause', 'partition', 'slow'].map((kind) => expect.objectContaining({ kind }));
  expect(answer).toMatchObject({
    seed: '0x3',
    ok: true,
    report: 'quorate-drill-0x3/report.html',
    faults: expect.arrayContaining(done),
  });
  expect(stdout).not.toContain('failure');
  const page = readFileSync(join(workplace.directory, 'quorate-drill-0x3', 'report.html'), 'utf8');
  expect(page).toContain('through a proxy between the nodes, as told');
  expect(code).toBe(0);
  expect(await leftovers(program, workplace.directory)).toEqual([]);
}, 90_000);

test('Ctrl-C in the middle of a fault leaves nothing behind', async () => {
  await using workplace = new Workplace();
  const report = join(workplace.directory, 'report.html');
  const program = workplace.begin('drill', '--seconds', '3600', '--changes', 'none', '--seed', '2', '--report', report);
  await program.until(/ s {2}pause n2: $/);
  const { code, stdout } = await program.stop('SIGINT');
  expect(stdout).toContain('interrupted');
  expect(code).toBe(130);
  expect(await leftovers(program, workplace.directory)).toEqual([]);
}, 60_000);

test('a cluster that loses its data is caught: here whoever starts its nodes again wipes their disks before', async () => {
  await using workplace = new Workplace();
  const nodes = ['n1', 'n2', 'n3'];
  const port = await freeRun(nodes.length);
  const file = join(workplace.directory, 'quorate.json');
  const document = {
    cluster: 'careless',
    nodes: nodes.map((name, index) => ({ name, address: `127.0.0.1:${port + index}`, host: name })),
    defaults: { n: 3, r: 2, w: 2, durability: 'disk', conflict: 'siblings' },
  };
  writeFileSync(file, JSON.stringify(document));
  const programs = nodes.map((node) => {
    const program = workplace.begin('start', '--config', file, '--node', node);
    writeFileSync(join(workplace.directory, `${node}.pid`), `${program.child.pid}`);
    return program;
  });
  await Promise.all(programs.map((program) => program.until(/is ready/)));
  const quorate = `${process.execPath} ${join(import.meta.dirname, '../../bin/quorate.js')}`;
  const commands = {
    kill: {
      begin: `kill -9 $(cat {node}.pid)`,
      end: `rm -rf {node}; ${quorate} start --config quorate.json --node {node} >{node}.log 2>&1 & echo $! >{node}.pid`,
    },
  };
  writeFileSync(join(workplace.directory, 'commands.json'), JSON.stringify(commands));
  try {
    const existing = ['--config', 'quorate.json', '--commands', 'commands.json', '--report', 'report.html'];
    const { code, stdout } = await workplace.run('drill', ...existing, '--seconds', '6', '--seed', seedThatKillsAll(nodes));
    expect(stdout).toMatch(/^BROKEN no acknowledged write is lost/m);
    expect(stdout).toContain('Left out: pause, partition, zone, slow, disk (no command was given).');
    expect(code).toBe(1);
    expect(readFileSync(join(workplace.directory, 'report.html'), 'utf8')).toContain('<iframe');
  } finally {
    for (const node of nodes) process.kill(Number(readFileSync(join(workplace.directory, `${node}.pid`), 'utf8')), 'SIGKILL');
  }
}, 90_000);

/** A seed whose one fault in six seconds takes all nodes. */
function seedThatKillsAll(nodes: readonly string[]): string {
  for (let seed = 0n; ; seed++) {
    const { faults } = drawPlan(seed, { nodes, seconds: 6, kinds: ['kill'] });
    if (faults.every(({ fault }) => fault.kind === 'kill' && fault.nodes.length === nodes.length)) return `${seed}`;
  }
}

test.each([
  ['a change that does not exist', ['--changes', 'split'], "'split' is no change of the ring"],
  ['a fault that does not exist', ['--faults', 'flood'], "'flood' is no fault"],
  ['a configuration that is not there', ['--config', 'nowhere.json'], "'nowhere.json' does not exist"],
  ['commands without a cluster', ['--commands', 'commands.json'], 'it needs --config'],
])('%s is refused in one line, with exit code 2', async (_name, flags, problem) => {
  await using workplace = new Workplace();
  const { code, stdout, stderr } = await workplace.run('drill', ...flags);
  expect(stderr).toContain(problem);
  expect({ code, stdout, files: readdirSync(workplace.directory) }).toEqual({ code: 2, stdout: '', files: [] });
});

test('a cluster that does not answer is told, with exit code 2, and nothing is left behind', async () => {
  await using workplace = new Workplace();
  const nodes = [{ name: 'n1', address: `127.0.0.1:${await freeRun(1)}` }];
  writeFileSync(
    join(workplace.directory, 'quorate.json'),
    JSON.stringify({ cluster: 'x', nodes, defaults: { n: 1, r: 1, w: 1 } }),
  );
  const { code, stderr } = await workplace.run('drill', '--config', 'quorate.json');
  expect(stderr).toContain('No node could be reached');
  expect(code).toBe(2);
  expect(readdirSync(workplace.directory)).toEqual(['quorate.json']);
});
