import { describe, expect, test } from 'vitest';
import { decodeHistory, judgeHistory } from '../histories/index.ts';
import { drawHistory } from './timeline.ts';
import { layOut } from './timeline-layout.ts';

const STALE = [
  '{"format":"quorate-history","version":1}',
  '{"process":"<a>","kind":"write","key":"x","input":1,"invocationMs":0,"responseMs":4,"outcome":"ok"}',
  '{"process":"b","kind":"write","key":"x","input":2,"invocationMs":1,"outcome":"unknown"}',
  '{"process":"<a>","kind":"read","key":"x","output":2,"invocationMs":5,"responseMs":6,"outcome":"ok"}',
  '{"process":"c","kind":"write","key":"x","input":9,"invocationMs":5,"responseMs":6,"outcome":"fail"}',
  '{"process":"c","kind":"read","key":"x","output":1,"invocationMs":7,"responseMs":8,"outcome":"ok"}',
  '{"process":"d","kind":"read","key":"y","output":null,"invocationMs":7,"responseMs":8,"outcome":"ok"}',
].join('\n');

function count(page: string, part: string): number {
  return page.split(part).length - 1;
}

describe('the picture of a history', () => {
  const history = decodeHistory(STALE);
  const judgement = judgeHistory(history, 'map');

  test('has a bar for each operation of the key, the order that was found, and where it ends', () => {
    const page = drawHistory(history, judgement, { title: 'a & b' });
    expect(count(page, '<g class="bar ok')).toBe(3);
    expect(count(page, '<g class="bar unknown')).toBe(1);
    expect(count(page, '<g class="bar fail')).toBe(1);
    expect(count(page, ' stuck"><title>process c: read x -&gt; 1')).toBe(1);
    expect(count(page, '<circle class="point"')).toBe(3);
    expect(page).toContain('1 further operations are not drawn');
    expect(page).toContain('<h2>not linearizable, key x</h2>');
  });
  test('needs nothing else, and names of processes are no markup', () => {
    const page = drawHistory(history, judgement, { title: 'a & b' });
    expect(page).not.toMatch(/<script|<link|src=|https?:/);
    expect(page).toContain('&lt;a&gt;');
    expect(page).not.toContain('<a>');
    expect(page).toContain('<title>a &amp; b</title>');
  });
  test('links are arrows with words', () => {
    const stale = decodeHistory(
      STALE.replace('"process":"c","kind":"read"', '"process":"b2","kind":"read"').replaceAll('"b2"', '"<a>"'),
    );
    const operations = stale.operations.map((one) =>
      one.outcome === 'unknown' ? { ...one, responseMs: 4, outcome: 'ok' as const } : one,
    );
    const known = operations.map((one) =>
      one.kind === 'write' && one.process === '<a>' ? { ...one, process: 'b', invocationMs: -9, responseMs: -5 } : one,
    );
    const page = drawHistory({ operations: known }, judgeHistory({ operations: known }, 'causal'), { title: 'causal' });
    expect(page).toContain('<h2>WriteCORead, key x</h2>');
    expect(count(page, 'marker-end="url(#arrow)"')).toBe(3);
    expect(page).toContain('>superseded by</text>');
  });
  test('a history without a violation is drawn too', () => {
    expect(drawHistory(history, judgeHistory(history, 'sessions'), { title: 'sessions' })).toContain(
      '<span class="verdict ok">fine</span>',
    );
  });
});

describe('the layout', () => {
  test('no two bars of a process overlap, and what is concurrent overlaps', () => {
    const { bars, lanes } = layOut(decodeHistory(STALE), undefined);
    expect(lanes).toEqual(['<a>', 'b', 'c', 'd']);
    for (const bar of bars) {
      for (const other of bars.filter((one) => one !== bar && one.lane === bar.lane)) {
        expect(bar.open < other.start || other.open < bar.start).toBe(true);
      }
      for (const other of bars) {
        const { invocationMs, responseMs = Number.POSITIVE_INFINITY } = bar.operation;
        if (other.operation.invocationMs > responseMs) expect(other.start).toBeGreaterThan(bar.end);
        if (other.operation.invocationMs > invocationMs) expect(other.start).toBeGreaterThan(bar.start);
      }
    }
  });
  test('of a long history those near the violation are drawn', () => {
    const operations = Array.from({ length: 5_000 }, (_, index) => ({
      process: index % 5,
      kind: index % 2 === 0 ? 'write' : 'read',
      invocationMs: index * 10,
      responseMs: index * 10 + 5,
      outcome: 'ok' as const,
      ...(index % 2 === 0 ? { input: index } : { output: index === 2_501 ? 1 : index - 1 }),
    }));
    const { findings } = judgeHistory({ operations }, 'register');
    const { bars, hidden } = layOut({ operations }, findings[0]);
    expect(hidden).toBe(5_000 - bars.length);
    expect(bars.some(({ operation }) => operation.output === 1)).toBe(true);
    expect(Math.min(...bars.map(({ operation }) => operation.invocationMs))).toBeGreaterThan(24_000);
  });
});
