import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeCall, type History, type Operation, type Value } from '../history.ts';
import { during, execute, history, type Implementation } from '../operations-for-tests.ts';
import { isLinearizableByBruteForce } from './brute-force-for-tests.ts';
import { checkLinearizability } from './check-linearizability.ts';
import type { SequentialModel } from './model.ts';
import { lockModel, logModel, mapModel, queueModel, registerModel } from './models/index.ts';

function verdict<State>(model: SequentialModel<State>, ...operations: Operation[]): string {
  return checkLinearizability(history(...operations), model).verdict;
}

describe('Herlihy & Wing 1990, figure 1: histories of a queue', () => {
  const model = queueModel();
  const enqueue = (when: [number, number], process: string, input: Value) => during(when, process, 'enqueue', { input });
  const dequeue = (when: [number, number], process: string, output: Value) => during(when, process, 'dequeue', { output });

  test('(a) overlapping enqueues may take effect in either order', () => {
    expect(
      verdict(
        model,
        enqueue([0, 4], 'A', 'x'),
        enqueue([2, 6], 'B', 'y'),
        dequeue([7, 10], 'B', 'x'),
        dequeue([8, 11], 'A', 'y'),
        enqueue([12, 15], 'A', 'z'),
      ),
    ).toBe('ok');
    expect(
      verdict(
        model,
        enqueue([0, 4], 'A', 'x'),
        enqueue([2, 6], 'B', 'y'),
        dequeue([7, 10], 'B', 'y'),
        dequeue([8, 11], 'A', 'x'),
      ),
    ).toBe('ok');
  });
  test('(b) an enqueue that came before another is dequeued before it', () => {
    expect(verdict(model, enqueue([0, 3], 'A', 'x'), enqueue([4, 8], 'B', 'y'), dequeue([9, 12], 'A', 'y'))).toBe('violation');
  });
  test('(c) a dequeue may return what an enqueue under way puts in', () => {
    expect(verdict(model, enqueue([0, 10], 'A', 'x'), dequeue([3, 8], 'B', 'x'))).toBe('ok');
  });
  test('(d) nothing is dequeued twice', () => {
    expect(
      verdict(
        model,
        enqueue([0, 8], 'A', 'x'),
        enqueue([1, 7], 'B', 'y'),
        dequeue([9, 12], 'A', 'y'),
        dequeue([10, 13], 'C', 'y'),
      ),
    ).toBe('violation');
  });
});

describe('Herlihy & Wing 1990, figure 2: histories of a register', () => {
  const model = registerModel();
  const write = (when: [number, number?], process: string, input: Value) => during(when, process, 'write', { input });
  const read = (when: [number, number], process: string, output: Value) => during(when, process, 'read', { output });

  test('(a) a read sees a write under way, and later ones see it too', () => {
    expect(
      verdict(
        model,
        write([0, 2], 'A', 0),
        write([3, 12], 'A', 1),
        read([4, 6], 'B', 1),
        write([13, 15], 'C', 0),
        read([16, 18], 'B', 0),
      ),
    ).toBe('ok');
  });
  test('(b) once the new value was read, the old one does not come back', () => {
    expect(verdict(model, write([0, 2], 'A', 0), write([3, 12], 'A', 1), read([4, 6], 'B', 1), read([7, 9], 'C', 0))).toBe(
      'violation',
    );
  });
  test('a write that never returned may have happened at any time, or never', () => {
    const lost = write([0], 'A', 1);
    expect(verdict(model, lost, read([5, 6], 'B', null), read([7, 8], 'B', 1))).toBe('ok');
    expect(verdict(model, lost, read([5, 6], 'B', 1), read([7, 8], 'B', null))).toBe('violation');
  });
  test('a write that failed did not happen', () => {
    expect(verdict(model, { ...write([0, 1], 'A', 1), outcome: 'fail' }, read([5, 6], 'B', 1))).toBe('violation');
  });
  test('a process does one thing after the other even if the clock stands still', () => {
    expect(verdict(model, write([0, 0], 'A', 1), read([0, 0], 'A', null))).toBe('violation');
    expect(verdict(model, write([0, 0], 'A', 1), read([0, 0], 'B', null))).toBe('ok');
  });
});

describe('models', () => {
  test('compare-and-set succeeds on the value it names, and returns false otherwise', () => {
    const swap = (when: [number, number?], input: Value, output?: Value) =>
      during(when, `s${when[0]}`, 'cas', { input, ...(output === undefined ? {} : { output }) });
    const read = (when: [number, number], output: Value) => during(when, 'r', 'read', { output });
    expect(
      verdict(registerModel(), swap([0, 1], [null, 1]), swap([2, 3], [1, 2], true), swap([4, 5], [1, 3], false), read([6, 7], 2)),
    ).toBe('ok');
    expect(verdict(registerModel(), swap([0, 1], [null, 1]), swap([2, 3], [null, 2]))).toBe('violation');
    expect(verdict(registerModel(), swap([0, 1], [null, 1]), swap([2, 3], [1, 2], false))).toBe('violation');
    expect(verdict(registerModel(), swap([0], [null, 1]), swap([2, 3], [null, 2], false))).toBe('ok');
  });
  test('keys of a map are judged each for itself', () => {
    const write = during([0, 1], 0, 'write', { key: 'x', input: 1 });
    const other = during([2, 3], 1, 'read', { key: 'y', output: null });
    const gone = [during([4, 5], 1, 'delete', { key: 'x' }), during([6, 7], 1, 'read', { key: 'x', output: 1 })];
    expect(verdict(mapModel(), write, other)).toBe('ok');
    const result = checkLinearizability(history(write, other, ...gone), mapModel());
    expect(result).toMatchObject({ verdict: 'violation', violations: [{ key: 'x' }] });
  });
  test('a lock has one holder, and its fences grow', () => {
    const acquire = (when: [number, number?], process: string, output?: Value) =>
      during(when, process, 'acquire', output === undefined ? {} : { output });
    const release = (when: [number, number?], process: string, input: Value) => during(when, process, 'release', { input });
    expect(verdict(lockModel(), acquire([0, 1], 'A', 7), release([2, 9], 'A', 7), acquire([3, 8], 'B', 8))).toBe('ok');
    expect(verdict(lockModel(), acquire([0, 1], 'A', 7), acquire([3, 8], 'B', 8))).toBe('violation');
    expect(verdict(lockModel(), acquire([0, 1], 'A', 7), release([2, 3], 'A', 7), acquire([4, 5], 'B', 7))).toBe('violation');
    expect(
      verdict(
        lockModel(),
        acquire([0], 'A'),
        acquire([4, 5], 'B', false),
        during([6, 7], 'server', 'expire'),
        acquire([8, 9], 'B', 2),
      ),
    ).toBe('ok');
    expect(verdict(lockModel(), acquire([0, 1], 'B', false))).toBe('violation');
  });
  test('a log gives indices in order, and what is in it stays', () => {
    const append = (when: [number, number?], process: string, input: Value, output?: Value) =>
      during(when, process, 'append', { input, ...(output === undefined ? {} : { output }) });
    const read = (when: [number, number], input: Value, output: Value) => during(when, 'r', 'read', { input, output });
    expect(
      verdict(logModel(), append([0, 5], 'A', 'a', 1), append([1, 4], 'B', 'b', 0), read([6, 7], 0, 'b'), read([8, 9], 2, null)),
    ).toBe('ok');
    expect(verdict(logModel(), append([0, 1], 'A', 'a', 0), append([2, 3], 'B', 'b', 0))).toBe('violation');
    expect(
      verdict(
        logModel(),
        append([0], 'A', 'a'),
        append([2, 3], 'B', 'b', 0),
        read([6, 7], null, ['b']),
        read([8, 9], null, ['b', 'a']),
      ),
    ).toBe('ok');
    expect(
      verdict(
        logModel(),
        append([0, 1], 'A', 'a'),
        read([2, 3], null, ['a']),
        append([4, 5], 'A', 'b'),
        read([6, 7], null, ['b']),
      ),
    ).toBe('violation');
  });
});

describe('what a violation says', () => {
  test('the longest order, the state it leads to and the operation that does not fit', () => {
    const result = checkLinearizability(
      history(
        during([0, 1], 'A', 'write', { input: 1 }),
        during([2, 3], 'A', 'write', { input: 2 }),
        during([4, 5], 'B', 'read', { output: 1 }),
        during([6, 7], 'B', 'read', { output: 2 }),
      ),
      registerModel(),
    );
    if (result.verdict !== 'violation') throw new Error(result.verdict);
    const [longest] = result.violations[0]?.longest ?? [];
    expect(longest?.order.map(describeCall)).toEqual(['write 1', 'write 2']);
    expect(longest?.stuck).toMatchObject({ kind: 'read', output: 1 });
    expect(longest?.state).toBe('holds 2');
  });
  test('a bound of steps ends a search without a verdict', () => {
    const writes = Array.from({ length: 12 }, (_, index) => during([0, 100], index, 'write', { input: index }));
    const read = during([200, 201], 0, 'read', { output: 99 });
    const early = during([150, 151], 1, 'read', { output: 3 });
    const stale = during([152, 153], 1, 'read', { output: 4 });
    expect(checkLinearizability(history(...writes, early, stale), registerModel(), { mostSteps: 1_000 })).toMatchObject({
      verdict: 'undecided',
      steps: 1_000,
    });
    expect(checkLinearizability(history(...writes, read), registerModel()).verdict).toBe('violation');
  });
  test('kinds that the model does not know are refused, with the line', () => {
    const one = during([0, 1], 0, 'increment');
    expect(() => checkLinearizability({ operations: [one], lines: [7] }, registerModel())).toThrow(
      "The history is wrong in line 7: it has the operation 'increment', which the model register does not know; it knows read, write, cas.",
    );
    expect(() => checkLinearizability(history(during([0, 1], 0, 'cas', { input: 1 })), registerModel())).toThrow(/no pair/);
  });
});

describe('agreement with brute force', () => {
  const move = fc.record({
    process: fc.nat({ max: 2 }),
    choice: fc.nat({ max: 9 }),
    value: fc.nat({ max: 2 }),
    lost: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
  });
  const moves = fc.array(move, { minLength: 18, maxLength: 30 });

  const agreement = <State>(name: string, model: SequentialModel<State>, made: () => Implementation): void => {
    test(`${name}: what a correct object did is accepted`, () => {
      fc.assert(
        fc.property(fc.array(move, { maxLength: 200 }), (drawn) => {
          expect(checkLinearizability(execute(made(), drawn), model).verdict).toBe('ok');
        }),
      );
    });
    test(`${name}: with an output changed, the verdict is that of all orders tried`, () => {
      const verdicts = { ok: 0, violation: 0, undecided: 0 };
      const changed = fc.property(moves, fc.nat(), fc.nat({ max: 5 }), (drawn, which, value) => {
        const mutated = withOutput(execute(made(), drawn), which, value);
        const { verdict } = checkLinearizability(mutated, model);
        verdicts[verdict]++;
        expect(verdict === 'ok').toBe(isLinearizableByBruteForce(mutated.operations, model));
      });
      fc.assert(changed, { numRuns: 300 });
      expect(Math.min(verdicts.ok, verdicts.violation)).toBeGreaterThan(10);
    });
  };

  agreement('register', registerModel(), registerImplementation);
  agreement('queue', queueModel(), () => queueImplementation());
  agreement('queue of distinct values', queueModel(), () => queueImplementation(1));
  agreement('log', logModel(), logImplementation);
});

/** One operation that returned something returns something else. */
function withOutput({ operations }: History, which: number, value: number): History {
  const returned = operations.filter(
    ({ output, outcome }) => outcome === 'ok' && output !== undefined && typeof output !== 'object',
  );
  const changed = returned[which % Math.max(returned.length, 1)];
  return {
    operations: operations.map((one) =>
      one === changed ? { ...one, output: typeof one.output === 'boolean' ? !one.output : value } : one,
    ),
  };
}

function registerImplementation(): Implementation {
  let state: Value = null;
  return {
    call: ({ choice, value }) => {
      if (choice < 5) return { kind: 'read' };
      return choice < 8 ? { kind: 'write', input: value } : { kind: 'cas', input: [value, (value + 1) % 3] };
    },
    apply: ({ kind, input = null }) => {
      if (kind === 'read') return state;
      if (kind === 'write') state = input;
      if (kind !== 'cas' || !Array.isArray(input)) return undefined;
      if (state !== input[0]) return false;
      state = input[1] ?? null;
      return true;
    },
  };
}

/** @param next values are distinct, from this one on; without it they repeat. */
function queueImplementation(next?: number): Implementation {
  const values: Value[] = [];
  return {
    call: ({ choice, value }) =>
      choice < 5 ? { kind: 'dequeue' } : { kind: 'enqueue', input: next === undefined ? value : next++ },
    apply: ({ kind, input = null }) => {
      if (kind === 'dequeue') return values.shift() ?? null;
      values.push(input);
      return undefined;
    },
  };
}

function logImplementation(): Implementation {
  const values: Value[] = [];
  return {
    call: ({ choice, value }) => (choice < 5 ? { kind: 'read', input: value } : { kind: 'append', input: value }),
    apply: ({ kind, input = null }) => (kind === 'read' ? (values[Number(input)] ?? null) : values.push(input) - 1),
  };
}
