import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation, Value } from './history.ts';
import { decodeHistory, encodeHistory } from './json-form.ts';
import { HistoryRecorder } from './recorder.ts';

const HEADER = '{"format":"quorate-history","version":1}';

function problemOf(...rows: string[]): string {
  try {
    decodeHistory(rows.join('\n'));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'none';
}

describe('a history as JSON Lines', () => {
  test('what a recorder wrote down is read back', () => {
    let now = 10;
    const recorder = new HistoryRecorder(() => now);
    const write = recorder.invoke({ process: 'alice', kind: 'write', key: 'x', input: { name: 'y', list: [1, null] } });
    const read = recorder.invoke({ process: 1, kind: 'read', key: 'x' });
    now = 20;
    read.ok(null);
    write.unknown();
    recorder.invoke({ process: 1, kind: 'read', key: 'x' });
    const history = recorder.history('map');
    expect(history.operations.map(({ outcome }) => outcome)).toEqual(['unknown', 'ok', 'unknown']);
    const { lines, ...rest } = decodeHistory(encodeHistory(history));
    expect(rest).toEqual(history);
    expect(lines).toEqual([2, 3, 4]);
  });

  test('a clock that stands still does not lose the order of events', () => {
    const recorder = new HistoryRecorder(() => 5);
    recorder.invoke({ process: 0, kind: 'write', input: 1 }).ok();
    recorder.invoke({ process: 1, kind: 'read' }).ok(0);
    const [write, read] = recorder.history().operations;
    expect(write?.responseMs).toBeLessThan(read?.invocationMs ?? 0);
  });

  test('an operation that returns twice is a defect of the program that records', () => {
    const open = new HistoryRecorder(() => 5).invoke({ process: 0, kind: 'read' });
    open.fail();
    expect(() => open.ok(1)).toThrow(/returned twice/);
  });

  test('any well-formed history survives', () => {
    const operation = fc.record({
      kind: fc.string({ minLength: 1 }),
      key: fc.option(fc.string(), { nil: undefined }),
      input: fc.jsonValue(),
      ok: fc.boolean(),
    });
    const survives = fc.property(fc.array(operation), (drawn) => {
      const recorder = new HistoryRecorder(() => 0);
      drawn.forEach(({ kind, key, input, ok }, index) => {
        const value: Value = JSON.parse(JSON.stringify(input));
        const open = recorder.invoke({ process: index % 3, kind, input: value, ...(key === undefined ? {} : { key }) });
        if (ok) open.ok(value);
        else open.unknown();
      });
      expect(decodeHistory(encodeHistory(recorder.history())).operations).toEqual(recorder.history().operations);
    });
    fc.assert(survives);
  });
});

describe('a malformed file is refused in one line that names the place', () => {
  const good = { process: 0, kind: 'read', invocationMs: 1, responseMs: 2, outcome: 'ok' } satisfies Operation;
  const cases: [string, string[], string][] = [
    ['no header', [JSON.stringify(good)], 'line 1: it has no header'],
    ['empty file', [''], 'line 1: it is not a JSON object'],
    ['another version', ['{"format":"quorate-history","version":2}'], 'line 1: it has version 2; this program reads version 1'],
    ['no JSON', [HEADER, '{"process":'], 'line 2: it is not a JSON object'],
    ['a missing field', [HEADER, '{"process":0,"invocationMs":1,"outcome":"unknown"}'], "line 2: it has no field 'kind'"],
    ['a misspelt field', [HEADER, '', JSON.stringify({ ...good, ouput: 1 })], "line 3: it has the field 'ouput'"],
    ['a wrong outcome', [HEADER, JSON.stringify({ ...good, outcome: 'okay' })], 'line 2: it has "okay" as \'outcome\''],
    ['a process that is no name', [HEADER, JSON.stringify({ ...good, process: 1.5 })], "line 2: it has 1.5 as 'process'"],
    [
      'ok without response',
      [HEADER, JSON.stringify({ ...good, responseMs: undefined })],
      "line 2: it says 'ok' of an operation that never returned",
    ],
    [
      'response before invocation',
      [HEADER, JSON.stringify({ ...good, responseMs: 0.5 })],
      'line 2: it has a response at 0.5 ms, before its invocation at 1 ms',
    ],
    [
      'two operations of a process open',
      [HEADER, JSON.stringify(good), JSON.stringify({ ...good, invocationMs: 1.5 })],
      "line 3: it has two operations of process 0 open: 'read' returned at 2 ms, and 'read' was invoked at 1.5 ms",
    ],
    [
      'an operation after one that never returned',
      [HEADER, '{"process":0,"kind":"write","invocationMs":0,"outcome":"unknown"}', JSON.stringify(good)],
      "line 3: it has two operations of process 0 open: 'write -> ?' never returned",
    ],
  ];
  test.each(cases)('%s', (_, rows, message) => {
    expect(problemOf(...rows)).toContain(message);
    expect(problemOf(...rows)).not.toContain('\n');
  });
});
