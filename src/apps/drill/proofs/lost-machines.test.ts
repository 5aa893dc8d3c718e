import { expect, test } from 'vitest';
import { judgeHistory, type Operation } from '../../../verification/histories/index.ts';
import { excuseLostMachines } from './lost-machines.ts';

const GONE_MS = 60_000;
const replaced = {
  change: { kind: 'replace', node: 'n2', by: 'n5' },
  atMs: 0,
  beganMs: GONE_MS,
  decidedMs: 1,
  settledMs: 2,
} as const;
const put = (id: string, invocationMs: number): Operation => ({
  ...{ process: 'alone with n2', kind: 'put', key: id, input: { id, after: [] }, outcome: 'ok' },
  ...{ invocationMs, responseMs: invocationMs + 1 },
});
const missing = (key: string): Operation => ({
  ...{ process: `reader of ${key}`, kind: 'get-all', key, output: [], outcome: 'ok', invocationMs: 90_000, responseMs: 90_001 },
});
const lost = (...operations: Operation[]): number => {
  const { findings } = judgeHistory(excuseLostMachines({ operations }, [], [replaced]), 'kv');
  return findings.filter(({ anomaly }) => anomaly === 'an acknowledged write is lost').length;
};

test('writes to one replica shortly before a machine is gone for good may be missing, those long before may not', () => {
  expect(lost(put('early', 1_000), missing('early'), put('late', GONE_MS - 500), missing('late'))).toBe(1);
  expect(lost(put('a', GONE_MS - 700), put('b', GONE_MS - 600), missing('a'), missing('b'))).toBe(0);
  expect(lost(put('afterwards', GONE_MS + 20_000), missing('afterwards'))).toBe(1);
});
