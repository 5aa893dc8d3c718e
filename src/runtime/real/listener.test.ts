import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Address, Listener } from '../world/index.ts';
import { echo, HELLO, Probe, testNetwork } from './network.fixture.ts';

let directory: string;
const listeners: Listener[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-'));
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
  await rm(directory, { recursive: true });
});

async function listen(address: Address): Promise<Listener> {
  const listener = await testNetwork().network.listen(address, HELLO, echo);
  listeners.push(listener);
  return listener;
}

test('an occupied port is address-in-use', async () => {
  const { address } = await listen('127.0.0.1:0');
  await expect(listen(address)).rejects.toMatchObject({ code: 'address-in-use', data: { address }, outcome: 'not-applied' });
});

test('an address of another machine is address-not-available', async () => {
  await expect(listen('192.0.2.1:7401')).rejects.toMatchObject({ code: 'address-not-available' });
  await expect(listen('nobody.invalid:7401')).rejects.toMatchObject({ code: 'address-not-available' });
});

test.each(['7401', 'localhost:70000', 'unix:', `unix:/tmp/${'long'.repeat(30)}`, 'unix:/no/such/directory/socket'])(
  "'%s' is address-invalid",
  async (address) => {
    await expect(listen(address)).rejects.toMatchObject({ code: 'address-invalid', message: expect.stringContaining(address) });
  },
);

test('a Unix socket at which somebody listens is address-in-use, and stays', async () => {
  const { address } = await listen(`unix:${join(directory, 'socket')}`);
  await expect(listen(address)).rejects.toMatchObject({ code: 'address-in-use' });
  const probe = new Probe();
  const link = testNetwork().network.dial(address, HELLO, probe);
  await probe.opened;
  link.close('the test is over');
});

test('a Unix socket left behind by a killed process is taken over', async () => {
  const path = join(directory, 'socket');
  const killed = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['--input-type=commonjs', '--eval', killed]);
  expect(existsSync(path)).toBe(true);
  const listener = await listen(`unix:${path}`);
  await listener.close();
  expect(existsSync(path)).toBe(false);
});

test('a file that is not a socket is left alone', async () => {
  const path = join(directory, 'precious');
  writeFileSync(path, 'data');
  await expect(listen(`unix:${path}`)).rejects.toMatchObject({
    code: 'address-in-use',
    message: expect.stringContaining('not a socket'),
  });
  expect(existsSync(path)).toBe(true);
});
