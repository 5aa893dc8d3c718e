import { describe, expect, test } from 'vitest';
import type { History, Operation, Value } from '../history.ts';
import { judgeHistory } from '../judge.ts';

/** `put a after b c` and the like, each from one millisecond to the next unless it says when. */
function history(...operations: readonly Partial<Operation>[]): History {
  return {
    operations: operations.map((given, index) => ({
      process: 1,
      kind: 'get',
      key: 'k',
      invocationMs: 10 * index,
      responseMs: 10 * index + 5,
      outcome: 'ok',
      ...given,
    })),
  };
}

const put = (id: string, after: readonly string[] = [], more: Partial<Operation> = {}): Partial<Operation> => ({
  kind: 'put',
  input: { id, after },
  ...more,
});
const remove = (id: string, after: readonly string[], more: Partial<Operation> = {}): Partial<Operation> => ({
  ...put(id, after, more),
  kind: 'delete',
});
const get = (...output: string[]): Partial<Operation> => ({ output });
const last = (...output: string[]): Partial<Operation> => ({ kind: 'get-all', output });

const anomalies = (given: History): readonly string[] => judgeHistory(given, 'kv').findings.map(({ anomaly }) => anomaly);

describe('a history of the key-value store', () => {
  test.each<[string, History]>([
    ['a value that is read', history(put('a'), get('a'), last('a'))],
    ['concurrent values as siblings', history(put('a'), put('b'), get('a', 'b'), put('c', ['a', 'b']), last('c'))],
    ['a deletion', history(put('a'), remove('d', ['a']), get(), last())],
    ['a write of unknown outcome that happened', history(put('a', [], { outcome: 'unknown' }), last('a'))],
    ['a write of unknown outcome that did not', history(put('a', [], { outcome: 'unknown' }), last())],
    ['a value gone by a deletion of unknown outcome', history(put('a'), remove('d', ['a'], { outcome: 'unknown' }), last())],
    [
      'a read that was under way when the write was acknowledged',
      history(put('a', [], { responseMs: 20 }), { ...get(), process: 2 }, last('a')),
    ],
  ])('is fine: %s', (_name, given) => {
    expect(anomalies(given)).toEqual([]);
  });

  test.each<[string, History]>([
    ['an acknowledged write is lost', history(put('a'), last())],
    ['an acknowledged write is lost', history(put('a'), put('b'), get('a', 'b'), last('a'))],
    ['a deleted value has returned', history(put('a'), remove('d', ['a']), last('a'))],
    ['an acknowledged write is lost', history(put('a'), put('b', ['a']), last('a'))],
    ['a false sibling', history(put('a'), put('b', ['a'], { outcome: 'unknown' }), get('a', 'b'))],
    ['a value is its own sibling', history(put('a'), get('a', 'a'))],
    ['a value that nobody wrote', history(get('a'))],
    ['a write that was said not to have happened is read', history(put('a', [], { outcome: 'fail' }), get('a'))],
    ['stale read', history(put('a'), get(), last('a'))],
    ['stale read', history(put('a'), put('b', ['a']), { ...get('a'), process: 2 }, last('b'))],
  ])('is not: %s', (rule, given) => {
    expect(anomalies(given)).toContain(rule);
  });

  test('names the operations that show it, for the picture', () => {
    const given = history(put('a'), put('b', ['a']), last('a'));
    const [finding] = judgeHistory(given, 'kv').findings;
    expect(finding?.operations).toEqual([given.operations[1], given.operations[2]]);
  });

  test('has lost a write once, however many final reads say so', () => {
    expect(anomalies(history(put('a'), last(), last()))).toEqual(['an acknowledged write is lost']);
  });

  test('counts stale reads where they are allowed', () => {
    const judgement = judgeHistory(history(put('a'), get(), last('a')), 'kv', { staleAllowed: true });
    expect(judgement).toMatchObject({ verdict: 'ok', figures: { 'stale reads': 1, 'acknowledged writes': 1 } });
  });

  test.each<[string, Partial<Operation>]>([
    ['an operation it does not know', { kind: 'increment' }],
    ['a put of anything else', { kind: 'put', input: 'a' as Value }],
    ['a read of anything but ids', { output: [1] }],
    ['an operation without a key', { key: undefined } as unknown as Partial<Operation>],
  ])('is refused with %s', (_name, operation) => {
    expect(() => judgeHistory(history(operation), 'kv')).toThrow(expect.objectContaining({ code: 'bad-history' }));
  });
});
