import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Value } from '../history.ts';
import { HistoryRecorder } from '../recorder.ts';
import { readEdn } from './edn.ts';
import { decodeEdnHistory, encodeEdnHistory } from './edn-form.ts';

function values(text: string): Value[] {
  return readEdn(text).map(({ value }) => value);
}

describe('EDN', () => {
  test('every kind of value', () => {
    expect(values('nil true -5 2.5 7N 1.5M :key/word sym "a\\n\\"\\u0041" \\c \\newline')).toEqual([
      null,
      true,
      -5,
      2.5,
      7,
      1.5,
      'key/word',
      'sym',
      'a\n"A',
      'c',
      '\n',
    ]);
    expect(values('[1 (2, 3)] #{4} {:a 1, "b" [nil]} #inst "2020" #jepsen.history.Op{:index 0}')).toEqual([
      [1, [2, 3]],
      [4],
      { a: 1, b: [null] },
      '2020',
      { index: 0 },
    ]);
    expect(values('1 ; a comment [\n #_ {:not read} 2')).toEqual([1, 2]);
  });
  test.each([
    ['[1 2', 'line 1: it has a [ without its ]'],
    ['\n{:a 1 :b}', 'line 2: it has a map with a key that has no value'],
    ['1\n"abc', 'line 2: it has a text without its closing quotation mark'],
    [']', "line 1: it has a ']' that opens nothing"],
    ['12345678901234567890', 'which cannot be kept exactly: it is beyond 2^53'],
    ['##Inf', '##Inf, which is no value that JSON knows'],
    [`${'['.repeat(300)}`, 'more than 200 deep'],
  ])('%j is refused', (text, message) => {
    expect(() => readEdn(text)).toThrow(message);
  });
});

describe("Jepsen's histories", () => {
  const lines = `
    {:process :nemesis, :type :info, :f :start-partition, :value nil, :time 1}
    {:process 0, :type :invoke, :f :write, :value 3, :time 1000000, :index 0}
    {:process 1, :type :invoke, :f :read, :value nil, :time 2000000, :index 1}
    {:process 0, :type :ok, :f :write, :value 3, :time 3000000, :index 2}
    {:process 1, :type :ok, :f :read, :value 3, :time 4500000, :index 3}
    {:process 1, :type :invoke, :f :cas, :value [3 4], :time 5000000, :index 4}
    {:process 1, :type :fail, :f :cas, :value [3 4], :time 6000000, :index 5}
    {:process 0, :type :invoke, :f :write, :value 5, :time 7000000, :index 6}
    {:process 0, :type :info, :f :write, :value 5, :time 8000000, :index 7, :error :timeout}
    {:process 2, :type :invoke, :f :read, :value nil, :time 9000000, :index 8}`;
  const operations = [
    { process: 0, kind: 'write', input: 3, invocationMs: 1, responseMs: 3, outcome: 'ok' },
    { process: 1, kind: 'read', output: 3, invocationMs: 2, responseMs: 4.5, outcome: 'ok' },
    { process: 1, kind: 'cas', input: [3, 4], invocationMs: 5, responseMs: 6, outcome: 'fail' },
    { process: 0, kind: 'write', input: 5, invocationMs: 7, responseMs: 8, outcome: 'unknown' },
    { process: 2, kind: 'read', invocationMs: 9, outcome: 'unknown' },
  ];

  test('events become operations', () => {
    expect(decodeEdnHistory(lines)).toEqual({ operations, lines: [3, 4, 7, 9, 11] });
    expect(decodeEdnHistory(`[${lines}]`).operations).toEqual(operations);
    expect(decodeEdnHistory(encodeEdnHistory({ operations: decodeEdnHistory(lines).operations })).operations).toEqual(operations);
  });
  test('transactions, and values with keys as jepsen.independent has them', () => {
    const txn =
      '{:process 0 :type :invoke :f :txn :value [[:append 1 2] [:r 1 nil]] :time 0} {:process 0 :type :ok :f :txn :value [[:append 1 2] [:r 1 [2]]] :time 5}';
    expect(decodeEdnHistory(txn).operations[0]).toMatchObject({
      input: [
        ['append', 1, 2],
        ['r', 1, null],
      ],
      output: [
        ['append', 1, 2],
        ['r', 1, [2]],
      ],
    });
    expect(encodeEdnHistory(decodeEdnHistory(txn))).toContain(':value [[:append 1 2] [:r 1 [2]]]');
    const keyed =
      '{:process 0 :type :invoke :f :read :value ["x" nil] :time 0} {:process 0 :type :ok :f :read :value ["x" 5] :time 5}';
    expect(decodeEdnHistory(keyed, { keyed: true }).operations[0]).toEqual({
      process: 0,
      kind: 'read',
      key: 'x',
      output: 5,
      invocationMs: 0,
      responseMs: 5e-6,
      outcome: 'ok',
    });
  });
  test.each([
    ['5', 'line 1: it has an event that is no map'],
    ['{:process 0 :type :okay :f :read}', 'line 1: it has "okay" as \':type\''],
    ['{:process 0 :type :ok :f :read}', 'has a completion of process 0, which has invoked nothing'],
    [
      '{:process 0 :type :invoke :f :read}\n{:process 0 :type :ok :f :write}',
      "line 2: it completes 'write' of process 0, which had invoked 'read'",
    ],
    [
      '{:process 0 :type :invoke :f :read}\n{:process 0 :type :invoke :f :read}',
      'line 2: it has a second operation of process 0, while that of line 1 is open',
    ],
  ])('%j is refused', (text, message) => {
    expect(() => decodeEdnHistory(text)).toThrow(message);
  });
  test('what is written is read back', () => {
    const survives = fc.property(fc.array(fc.tuple(fc.jsonValue(), fc.jsonValue())), (drawn) => {
      const recorder = new HistoryRecorder(() => 0);
      for (const [input, output] of drawn) {
        const [given, returned]: [Value, Value] = JSON.parse(JSON.stringify([input, output]));
        recorder.invoke({ process: 0, kind: 'call', key: 'k', input: { given } }).ok({ returned });
      }
      const { operations } = recorder.history();
      const values = decodeEdnHistory(encodeEdnHistory({ operations }), { keyed: true }).operations;
      expect(values.map(({ input, output }) => ({ input, output }))).toEqual(
        operations.map(({ input, output = input }) => ({ input, output })),
      );
    });
    fc.assert(survives);
  });
});
