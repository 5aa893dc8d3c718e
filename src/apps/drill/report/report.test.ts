import { describe, expect, test } from 'vitest';
import type { History, Operation } from '../../../verification/histories/index.ts';
import { judgeDrill } from '../verdict.ts';
import { linearTicks, logarithmicTicks, shortNumber } from './axis.ts';
import { type DrillReport, drawReport } from './index.ts';

const operation = (index: number, given: Partial<Operation>): Operation => ({
  process: 0,
  kind: 'get',
  key: 'k',
  invocationMs: index * 100,
  responseMs: index * 100 + 50,
  outcome: 'ok',
  ...given,
});

const sound: readonly Operation[] = [
  operation(0, { kind: 'put', input: { id: 'a', after: [] } }),
  operation(1, { output: ['a'] }),
  operation(2, { kind: 'put', input: { id: 'b', after: ['a'] }, outcome: 'unknown' }),
  operation(30, { kind: 'get-all', output: ['a'] }),
];
const CHANGES: DrillReport['changes'] = [
  { change: { kind: 'join', node: 'n4' }, atMs: 100, beganMs: 100, decidedMs: 400, settledMs: 1_900 },
  {
    change: { kind: 'leave', node: 'n1' },
    atMs: 900,
    beganMs: 2_000,
    decidedMs: undefined,
    settledMs: undefined,
    failure: 'too <few> nodes',
  },
];
const PROOFS = {
  registers: undefined,
  loneWrites: { attempts: 3, inTrouble: 1, refused: [] },
  inStep: { tookMs: 1_200, left: [], roots: 24, notAsked: [] },
  rings: { version: '1', nodes: 3, differences: [] },
  changes: CHANGES,
};
const lossy: readonly Operation[] = [...sound, operation(40, { kind: 'get-all', output: [] })];

function report(history: History, given: Partial<DrillReport> = {}): string {
  const verdict = judgeDrill({
    ...PROOFS,
    history,
    keys: 1,
    overlapping: true,
    unread: [],
    accidents: ['n2 ended <by> itself'],
    watched: 3,
  });
  return drawReport({
    ...{ seed: '0x1', command: 'quorate drill --seed 0x1', begun: '2026-01-01', nodes: ['n1', 'n2', 'n3'], clients: 1 },
    ...{
      means: 'lines & proxies',
      leftOut: ['Left out: disk.'],
      history,
      shared: history,
      registers: undefined,
      lengthMs: 3_000,
      verdict,
    },
    changes: CHANGES,
    faults: [
      { fault: { kind: 'kill', nodes: ['n2'] }, atMs: 500, durationMs: 900, beganMs: 510, endedMs: 1_420, remark: 'as planned' },
      {
        fault: { kind: 'disk', nodes: ['n1'] },
        atMs: 2_000,
        durationMs: 500,
        beganMs: 2_000,
        endedMs: 2_600,
        failure: 'no room',
      },
    ],
    ...given,
  });
}

describe('the report of a drill', () => {
  const page = report({ operations: lossy });

  test('needs nothing but itself', () => {
    expect(page).not.toMatch(/(?:src|href)="|https?:|@import|<script/);
  });

  test('shows throughput, latency and errors, with each fault as a band', () => {
    expect(page.match(/<figure>/g)).toHaveLength(3);
    expect(page.match(/class="band kill"/g)).toHaveLength(3);
    expect(page.match(/class="bar bad"/g)).toHaveLength(1);
  });

  test('tells each fault with what was noticed, and what could not be done', () => {
    expect(page).toContain('kill -9 n2');
    expect(page).toContain('as planned');
    expect(page).toContain('could not be done: no room');
    expect(page).toContain('Left out: disk.');
  });

  test('names each promise, and draws what broke it', () => {
    expect(page).toMatch(/no acknowledged write is lost<\/td><td>1 acknowledged writes<\/td><td class="violation">broken once/);
    expect(page).toContain('<iframe');
    expect(page).toContain('n2 ended &lt;by&gt; itself');
    expect(page).toContain('lines &amp; proxies');
  });

  test('is well formed', () => {
    const own = page.replace(/srcdoc="[^"]*"/g, '');
    for (const tag of ['section', 'table', 'tr', 'td', 'figure', 'svg', 'text', 'p', 'span'])
      expect(own.match(new RegExp(`<${tag}[ >]`, 'g'))?.length, tag).toBe(own.match(new RegExp(`</${tag}>`, 'g'))?.length);
    expect(own).not.toContain('NaN');
  });

  test('says so when all is well, and stands a drill in which nothing happened', () => {
    const verdict = judgeDrill({
      ...PROOFS,
      history: { operations: sound },
      changes: [],
      keys: 1,
      overlapping: true,
      unread: [],
      accidents: [],
      watched: 3,
    });
    expect(report({ operations: sound }, { verdict })).toContain('all promises kept');
    expect(report({ operations: [] }, { faults: [], lengthMs: 10 })).not.toContain('NaN');
  });
});

describe('the numbers along an axis', () => {
  test('are round', () => {
    expect(linearTicks(3_400, 4)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(linearTicks(1, 4)).toEqual([0, 0.5, 1]);
    expect(logarithmicTicks(0.4, 2_300)).toEqual([0.1, 1, 10, 100, 1_000, 10_000]);
    expect([12_500, 300, 0.5].map(shortNumber)).toEqual(['12.5k', '300', '0.5']);
  });
});
