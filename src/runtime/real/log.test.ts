import { openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog, type LogOptions } from './index.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-'));
});

afterEach(() => rm(directory, { recursive: true }));

function logged(options: LogOptions): string[] {
  const path = join(directory, 'log');
  const log = createLog({ ...options, fileDescriptor: openSync(path, 'w') });
  log.debug('details');
  log.info('listening', { address: '127.0.0.1:1' });
  log.warn('link closed', { detail: 'two words', bytes: 7 });
  log.error('failed');
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

test('a line of JSON per call, from the level on', () => {
  const records = logged({ level: 'info', fields: { node: 'a' } }).map((line) => JSON.parse(line));
  expect(records).toMatchObject([
    { level: 'info', msg: 'listening', node: 'a', address: '127.0.0.1:1' },
    { level: 'warn', msg: 'link closed', node: 'a', detail: 'two words', bytes: 7 },
    { level: 'error', msg: 'failed', node: 'a' },
  ]);
  expect(Math.abs(records[0].time - Date.now())).toBeLessThan(60_000);
  expect(logged({ level: 'debug' })).toHaveLength(4);
  expect(logged({ level: 'error' })).toHaveLength(1);
});

test('one short line for people', () => {
  const lines = logged({ pretty: true, fields: { node: 'a' } }).map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, 'TIME '));
  expect(lines).toEqual([
    'TIME INFO  listening  node=a address=127.0.0.1:1',
    'TIME WARN  link closed  node=a detail="two words" bytes=7',
    'TIME ERROR failed  node=a',
  ]);
});
