import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History, Operation, Value } from '../history.ts';
import { checkLinearizability, type SequentialModel } from '../linearizability/index.ts';
import { during, execute, type Implementation } from '../operations-for-tests.ts';
import { checkListAppend, checkRegisterTransactions, type IsolationLevel } from './check-transactions.ts';

/** A transaction as the papers write it: `append x 1, r y [2]`. All of them at once, unless they have times. */
function transaction(
  process: string,
  written: string,
  outcome: 'ok' | 'fail' | 'unknown' = 'ok',
  when: [number, number] = [0, 100],
): Operation {
  const output = written.split(', ').map((step): Value[] => {
    const [kind = '', key = '', value = 'null'] = step.split(' ');
    return [kind, key, JSON.parse(value)];
  });
  const input = output.map(([kind = null, key = null, value = null]): Value[] => [kind, key, kind === 'r' ? null : value]);
  return { ...during(when, process, 'txn', { input }), ...(outcome === 'ok' ? { output } : {}), outcome };
}

function anomalies(operations: Operation[], isolation: IsolationLevel = 'strict-serializable'): string[] {
  return checkListAppend({ operations }, { isolation }).findings.map(({ anomaly }) => anomaly);
}

function lists(...written: string[]): string[] {
  return anomalies(written.map((one, index) => transaction(`p${index}`, one)));
}

describe("Adya's phenomena (ICDE 2000), on lists", () => {
  test('G0, section 4.1, H_wcycle: two transactions overwrite each other', () => {
    expect(lists('append x 1, append y 1', 'append x 2, append y 2', 'r x [1,2], r y [2,1]')).toEqual(['G0']);
  });
  test('G1a, aborted read', () => {
    expect(anomalies([transaction('a', 'append x 1', 'fail'), transaction('b', 'r x [1]')])).toEqual(['G1a']);
  });
  test('G1b, intermediate read', () => {
    expect(lists('append x 1, append x 2', 'r x [1]', 'r x [1,2]')).toContain('G1b');
    expect(lists('append x 1, append x 2', 'r x [1,2]')).toEqual([]);
  });
  test('G1c, section 4.2, H_1c: each reads what the other wrote', () => {
    expect(lists('append x 1, r y [2]', 'append y 2, r x [1]')).toEqual(['G1c']);
  });
  test('G-single: one sees half of what another did', () => {
    expect(lists('append x 1, append y 1', 'r x [1], r y []')).toEqual(['G-single']);
  });
  test('G2-item: write skew', () => {
    expect(lists('r x [], append y 1', 'r y [], append x 1')).toEqual(['G2-item']);
    expect(lists('r x [], append y 1', 'r y [1], append x 1')).toEqual([]);
  });
});

describe('Elle (VLDB 2020)', () => {
  test('section 7.1, TiDB: an append that did not see the one below it', () => {
    const found = lists('append 34 2, append 34 1', 'r 34 [2,1], append 36 5, append 34 4', 'append 34 5', 'r 34 [2,1,5,4]');
    expect(found).toEqual(['G-single']);
  });
  test('section 7.3, FaunaDB: a transaction does not see its own append', () => {
    expect(lists('append 0 6, r 0 []')).toEqual(['internal']);
    expect(lists('r 0 [], append 0 6, r 0 [6]')).toEqual([]);
    expect(lists('r 0 [6], append 0 6')).toEqual(['internal']);
  });
  test('dirty update: committed on top of what failed', () => {
    const operations = [transaction('a', 'append x 1', 'fail'), transaction('b', 'append x 2'), transaction('c', 'r x [1,2]')];
    expect(anomalies(operations)).toEqual(['G1a', 'dirty update']);
  });
  test('lost update: both read one version and wrote', () => {
    expect(lists('r x [], append x 1', 'r x [], append x 2', 'r x [1,2]')).toContain('lost update');
  });
  test('incompatible order, duplicates and values from nowhere', () => {
    expect(lists('append x 1', 'append x 2', 'r x [1,2]', 'r x [2]')).toContain('incompatible order');
    expect(lists('append x 1', 'r x [1,1]')).toContain('duplicate elements');
    expect(lists('r x [9]')).toContain('phantom value');
  });
  test('what never returned counts as far as it was seen', () => {
    expect(anomalies([transaction('a', 'append x 1', 'unknown'), transaction('b', 'r x []')])).toEqual([]);
    expect(anomalies([transaction('a', 'append x 1, append y 1', 'unknown'), transaction('b', 'r x [1], r y []')])).toEqual([
      'G-single',
    ]);
  });
});

describe('time and processes', () => {
  const stale = (process: string): Operation[] => [
    transaction('a', 'append x 1', 'ok', [0, 1]),
    transaction(process, 'r x []', 'ok', [2, 3]),
  ];
  test('a stale read breaks strict serializability, not serializability', () => {
    expect(anomalies(stale('b'))).toEqual(['G-single-realtime']);
    expect(anomalies(stale('b'), 'strong-session-serializable')).toEqual([]);
  });
  test('in one process it breaks strong session serializability too', () => {
    expect(anomalies(stale('a'), 'strong-session-serializable')).toEqual(['G-single-process']);
    expect(anomalies(stale('a'), 'serializable')).toEqual([]);
  });
  test('each level forbids what the weaker ones forbid, and more', () => {
    const skew = ['r x [], append y 1', 'r y [], append x 1'].map((one, index) => transaction(`p${index}`, one));
    const lost = ['r x [], append x 1', 'r x [], append x 2', 'r x [1,2]'].map((one, index) => transaction(`p${index}`, one));
    const cyclic = ['append x 1, r y [2]', 'append y 2, r x [1]'].map((one, index) => transaction(`p${index}`, one));
    expect([anomalies(skew, 'snapshot-isolation'), anomalies(skew, 'serializable')]).toEqual([[], ['G2-item']]);
    expect([anomalies(lost, 'read-committed').length, anomalies(lost, 'snapshot-isolation').length]).toEqual([0, 2]);
    expect([anomalies(cyclic, 'read-uncommitted'), anomalies(cyclic, 'read-committed')]).toEqual([[], ['G1c']]);
  });
});

describe('registers', () => {
  const registers = (...written: string[]): string[] => {
    const operations = written.map((one, index) => transaction(`p${index}`, one));
    return checkRegisterTransactions({ operations }, { isolation: 'serializable' }).findings.map(({ anomaly }) => anomaly);
  };
  test('what a transaction read comes before what it wrote', () => {
    expect(registers('r x null, w x 1', 'r x 1, w x 2', 'r x 2')).toEqual([]);
    expect(registers('r x null, w x 1', 'r x null, w x 2')).toContain('lost update');
    expect(registers('w x 1, r y 2', 'w y 2, r x 1')).toEqual(['G1c']);
    expect(registers('r x null, w y 1', 'r y null, w x 1')).toEqual(['G2-item']);
    expect(registers('w x 1, r x 2', 'w x 2')).toEqual(['internal']);
    expect(registers('w x 1, w x 2', 'r x 1')).toContain('G1b');
    expect(registers('r x 7')).toEqual(['phantom value']);
  });
});

describe('words', () => {
  test('a cycle is explained step by step', () => {
    const [finding] = checkListAppend({
      operations: [transaction('a', 'r x [], append y 1'), transaction('b', 'r y [], append x 1')],
    }).findings;
    expect(finding?.explanation).toBe(
      'T1 = process a: r x [], append y 1; T2 = process b: r y [], append x 1. ' +
        'T1 comes before T2, because it read x without 1, which the other appended. ' +
        'T2 comes before T1, because it read y without 1, which the other appended. So none of them can be the first.',
    );
  });
  test('malformed transactions are refused, with the line', () => {
    const judge = (operation: Partial<Operation>) => () =>
      checkListAppend({ operations: [{ ...during([0, 1], 0, 'txn'), ...operation }], lines: [5] });
    expect(judge({ input: 5 })).toThrow('line 5: it has a transaction 5, which is no list of steps.');
    expect(judge({ input: [['w', 'x', 1]] })).toThrow(/the step \["w","x",1\]; those of the model list-append are/);
    expect(judge({ input: [['r', 'x', null]], output: [['r', 'y', []]] })).toThrow(/other steps than its input/);
    expect(judge({ input: [['r', 'x', null]], output: [['r', 'x', 4]] })).toThrow(/a read of 4, which is no list/);
    expect(
      judge({
        input: [
          ['append', 'x', 1],
          ['append', 'x', 1],
        ],
      }),
    ).toThrow(/writes 1 to key x a second time/);
    expect(judge({ kind: 'read' })).toThrow(/'read', which the model list-append does not know; it knows txn/);
  });
});

describe('agreement: strict serializability is linearizability of the whole database', () => {
  const move = fc.record({
    process: fc.nat({ max: 2 }),
    choice: fc.nat({ max: 63 }),
    value: fc.nat({ max: 9 }),
    lost: fc.nat({ max: 9 }).map((drawn) => drawn === 0),
  });

  test('what a correct database did is accepted', () => {
    const accepted = fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      expect(checkListAppend(execute(database(), moves)).findings).toEqual([]);
    });
    fc.assert(accepted);
  });

  test('with a read changed there is a finding if and only if no order explains it', () => {
    const verdicts = { ok: 0, violation: 0, undecided: 0 };
    const agreed = fc.property(fc.array(move, { minLength: 18, maxLength: 24 }), fc.nat(), fc.nat(), (moves, which, how) => {
      const history = withRead(execute(database(), moves), which, how);
      const { verdict } = checkListAppend(history);
      verdicts[verdict]++;
      expect(verdict === 'ok').toBe(checkLinearizability(history, databaseModel()).verdict === 'ok');
    });
    fc.assert(agreed, { numRuns: 500 });
    expect(Math.min(verdicts.ok, verdicts.violation)).toBeGreaterThan(10);
  });
});

type Lists = Readonly<Record<string, readonly Value[]>>;

function run(state: Lists, steps: Value | undefined): { readonly state: Lists; readonly output: Value[] } {
  const output: Value[] = [];
  for (const step of Array.isArray(steps) ? steps : []) {
    const [kind, key, value]: Value[] = Array.isArray(step) ? [...step] : [];
    const list = state[String(key)] ?? [];
    if (kind === 'append') state = { ...state, [String(key)]: [...list, value ?? null] };
    output.push(kind === 'append' ? step : ['r', key ?? null, list]);
  }
  return { state, output };
}

function database(): Implementation {
  let state: Lists = {};
  let next = 1;
  return {
    call: ({ choice }) => {
      const step = (bits: number): Value[] =>
        bits % 2 === 0 ? ['r', `k${(bits >> 1) % 2}`, null] : ['append', `k${(bits >> 1) % 2}`, next++];
      return { kind: 'txn', input: choice < 32 ? [step(choice), step(choice >> 2)] : [step(choice)] };
    },
    apply: ({ input }) => {
      const done = run(state, input);
      state = done.state;
      return done.output;
    },
  };
}

function databaseModel(): SequentialModel<Lists> {
  return {
    name: 'database',
    problemOf: () => undefined,
    initial: () => ({}),
    step: (state, { input, output, outcome }) => {
      const done = run(state, input);
      return outcome === 'ok' && JSON.stringify(done.output) !== JSON.stringify(output) ? undefined : done.state;
    },
    encode: (state) => JSON.stringify(state),
    describe: (state) => `holds ${JSON.stringify(state)}`,
  };
}

/** One read loses its last value, or all, or gains the next that another read has. */
function withRead({ operations }: History, which: number, how: number): History {
  const lists = operations
    .flatMap(({ output }) => (Array.isArray(output) ? output : []))
    .filter((step) => Array.isArray(step) && step[0] === 'r');
  const changed = lists[which % Math.max(lists.length, 1)];
  const change = (step: Value): Value => {
    if (step !== changed || !Array.isArray(step)) return step;
    const [kind = null, key = null, list = null]: Value[] = [...step];
    const others = lists.flatMap((other) => (Array.isArray(other) && other[1] === key ? [other[2] ?? null] : []));
    const shorter = Array.isArray(list) ? list.slice(0, -1) : [];
    return [kind, key, how % 3 === 0 ? shorter : (others[how % Math.max(others.length, 1)] ?? [])];
  };
  return { operations: operations.map((one) => (Array.isArray(one.output) ? { ...one, output: one.output.map(change) } : one)) };
}
