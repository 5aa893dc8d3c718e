import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { History, Operation, Value } from '../history.ts';
import { during, execute, type Implementation } from '../operations-for-tests.ts';
import { checkCausal } from './check-causal.ts';
import { checkSessions } from './check-sessions.ts';
import { isCausalByDefinition } from './naive-for-tests.ts';

/** Sessions as the papers write them: `{ a: 'w x 1, r y 2' }`; without a value: `null`. Sessions overlap in time. */
function sessions(written: Readonly<Record<string, string>>): History {
  const kinds: Readonly<Record<string, string>> = { w: 'write', r: 'read', d: 'delete', s: 'siblings', c: 'cas' };
  const operations = Object.entries(written).flatMap(([process, session]) =>
    session.split(', ').map((step, index): Operation => {
      const [letter = '', key = '', text = 'null'] = step.split(' ');
      const value: Value = JSON.parse(text);
      const kind = kinds[letter] ?? letter;
      const given = letter === 'w' || letter === 'c' ? { input: value } : letter === 'd' ? {} : { output: value };
      return during([index * 10, index * 10 + 5], process, kind, { key, ...given });
    }),
  );
  return { operations };
}

function anomalies(written: Readonly<Record<string, string>>, options = {}): string[] {
  return checkCausal(sessions(written), options).findings.map(({ anomaly }) => anomaly);
}

function guarantees(written: Readonly<Record<string, string>>): string[] {
  return checkSessions(sessions(written)).findings.map(({ anomaly }) => anomaly);
}

describe('Bouajjani et al., POPL 2017, figure 3', () => {
  const convergent = { convergent: true };
  test('(a) two sessions see two writes in opposite order: causal, not convergent', () => {
    const written = { a: 'w x 1, r x 2', b: 'w x 2, r x 1' };
    expect(anomalies(written)).toEqual([]);
    expect(anomalies(written, convergent)).toEqual(['CyclicCF']);
  });
  test('(b) causal and convergent', () => {
    expect(anomalies({ a: 'w z 1, w x 1, w y 1', b: 'w x 2, r z, r y 1, r x 2' }, convergent)).toEqual([]);
  });
  test('(c) one session sees two writes in both orders: causal, not convergent', () => {
    const written = { a: 'w x 1', b: 'w x 2, r x 1, r x 2' };
    expect(anomalies(written)).toEqual([]);
    expect(anomalies(written, convergent)).toEqual(['CyclicCF']);
  });
  test('(d) causal and convergent, though not sequentially consistent', () => {
    expect(anomalies({ a: 'w x 1, r y, w y 1, r x 1', b: 'w x 2, r y, w y 2, r x 2' }, convergent)).toEqual([]);
  });
  test('(e) not causal: what was overwritten by one who knew it comes back', () => {
    expect(anomalies({ a: 'w x 1, w y 1', b: 'r y 1, w x 2', c: 'r x 2, r x 1' })).toEqual(['WriteCORead']);
  });
});

describe('bad patterns made by hand', () => {
  test('reading the initial state after knowing of a write', () => {
    expect(anomalies({ a: 'w x 1, w y 1', b: 'r y 1, r x' })).toEqual(['WriteCOInitRead']);
    expect(anomalies({ a: 'w x 1, w y 1', b: 'r x, r y 1, r x 1' })).toEqual([]);
  });
  test('reading what nobody wrote', () => {
    expect(anomalies({ a: 'w x 1', b: 'r x 2' })).toEqual(['ThinAirRead']);
  });
  test('reading from the future', () => {
    expect(anomalies({ a: 'r x 1, w x 1' })).toEqual(['CyclicCO']);
    expect(anomalies({ a: 'r x 1, w y 1', b: 'r y 1, w x 1' })).toEqual(['CyclicCO']);
  });
  test('a deleted value comes back; nothing where a deletion may be the reason is fine', () => {
    expect(anomalies({ a: 'w x 1, d x, r x' })).toEqual([]);
    expect(anomalies({ a: 'w x 1, d x, r x 1' })).toEqual(['resurrection after delete']);
    expect(anomalies({ a: 'w x 1, w x 2, r x', b: 'd x' })).toEqual([]);
    expect(anomalies({ a: 'd x, w x 1, r x' })).toEqual(['WriteCOInitRead']);
  });
  test('two compare-and-sets succeed on one value', () => {
    expect(anomalies({ a: 'w x 0, c x [0,1]', b: 'c x [0,2]' })).toEqual(['lost update']);
    expect(anomalies({ a: 'w x 0, c x [0,1]', b: 'c x [1,2]' })).toEqual([]);
  });
  test('siblings that are not superseded must all be there', () => {
    expect(anomalies({ a: 'w x 1, s x [1,2]', b: 'w x 2, s x [2]' })).toEqual([]);
    expect(anomalies({ a: 'w x 1, s x [2]', b: 'w x 2' })).toEqual(['missing sibling']);
    expect(anomalies({ a: 'w x 1, s x [2]', b: 's x [1], w x 2' })).toEqual([]);
  });
  test('a write that never returned counts once it was seen, and is after nothing of its session', () => {
    const write = during([0, 5], 'a', 'write', { key: 'x', input: 1 });
    const given: Operation = { ...write, outcome: 'unknown' };
    const later = [
      during([10, 15], 'a', 'write', { key: 'x', input: 2 }),
      during([20, 25], 'a', 'read', { key: 'x', output: 1 }),
    ];
    expect(checkCausal({ operations: [given, ...later] }).verdict).toBe('ok');
    expect(checkCausal({ operations: [write, ...later] }).verdict).toBe('violation');
  });
  test('values that are not distinct are refused, with the line', () => {
    const operations = [0, 1].map((process) => during([0, 5], process, 'write', { key: 'x', input: 7 }));
    expect(() => checkCausal({ operations, lines: [2, 3] })).toThrow(/line 3: it writes 7 to key x a second time/);
  });
  test('the explanation names who knew of what', () => {
    const [finding] = checkCausal(sessions({ a: 'w x 1, w x 2', b: 'r x 2, r x 1' })).findings;
    expect(finding?.explanation).toBe(
      'process b: read x -> 1, but what it read (process a: write x 1) is superseded by process a: write x 2, which that process already knew of.',
    );
  });
});

describe('session guarantees (Terry et al. 1994)', () => {
  test('read your writes', () => {
    expect(guarantees({ a: 'w x 1, w x 2, r x 1' })).toEqual(['read your writes']);
    expect(guarantees({ a: 'w x 1, r x' })).toEqual(['read your writes']);
    expect(guarantees({ a: 'w x 1, r x 2', b: 'w x 2' })).toEqual([]);
  });
  test('monotonic reads', () => {
    expect(guarantees({ a: 'w x 1, w x 2', b: 'r x 2, r x 1' })).toEqual(['monotonic reads']);
    expect(guarantees({ a: 'w x 1', b: 'r x 1, r x' })).toEqual(['monotonic reads']);
    expect(guarantees({ a: 'w x 1', b: 'w x 2', c: 'r x 1, r x 2, r x 1' })).toEqual([]);
  });
  test('monotonic writes', () => {
    expect(guarantees({ a: 'w x 1, w y 1', b: 'r y 1, r x' })).toEqual(['monotonic writes']);
  });
  test('writes follow reads', () => {
    expect(guarantees({ a: 'w x 1', b: 'r x 1, w y 1', c: 'r y 1, r x' })).toEqual(['writes follow reads']);
  });
  test('a longer way is a matter of causality only', () => {
    const written = { a: 'w x 1, w y 1', b: 'r y 1, w z 1', c: 'r z 1, r x' };
    expect(guarantees(written)).toEqual([]);
    expect(anomalies(written)).toEqual(['WriteCOInitRead']);
  });
  test('the explanation tells the way', () => {
    const [finding] = checkSessions(sessions({ a: 'w x 1, w y 1', b: 'r y 1, r x' })).findings;
    expect(finding?.explanation).toBe(
      'process b: read x -> null: it saw nothing of it, though its session knew of process a: write x 1, through process a: write y 1; process b: read y -> 1.',
    );
  });
});

describe('agreement with the definitions', () => {
  const move = fc.record({
    process: fc.nat({ max: 3 }),
    choice: fc.nat({ max: 9 }),
    value: fc.nat({ max: 1 }),
    lost: fc.boolean(),
  });

  test('what one copy of the data did is accepted', () => {
    const accepted = fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      const history = execute(oneCopy(), moves);
      expect(checkCausal(history, { convergent: true }).findings).toEqual([]);
      expect(checkSessions(history).findings).toEqual([]);
    });
    fc.assert(accepted);
  });

  test('with a read changed, the verdict is that of the bad patterns over the transitive closure', () => {
    const verdicts = { ok: 0, violation: 0, undecided: 0 };
    const agreed = fc.property(
      fc.array(move, { minLength: 40, maxLength: 80 }),
      fc.nat(),
      fc.nat({ max: 12 }),
      (moves, which, value) => {
        const history = withRead(execute(oneCopy(), moves), which, value);
        const { verdict } = checkCausal(history);
        verdicts[verdict]++;
        expect(verdict === 'ok').toBe(isCausalByDefinition(history));
      },
    );
    fc.assert(agreed, { numRuns: 300 });
    expect(Math.min(verdicts.ok, verdicts.violation)).toBeGreaterThan(10);
  });
});

/** Two keys, values that are never written twice. */
function oneCopy(): Implementation {
  const values = new Map<string, Value>();
  let next = 1;
  return {
    call: ({ choice, value }) => {
      const key = `k${value}`;
      return choice < 6 ? { kind: 'read', key } : { kind: 'write', key, input: next++ };
    },
    apply: ({ kind, key = '', input = null }) => {
      if (kind === 'read') return values.get(key) ?? null;
      values.set(key, input);
      return undefined;
    },
  };
}

/** One read returns another value that was written to its key, or nothing. */
function withRead({ operations }: History, which: number, value: number): History {
  const reads = operations.filter(({ kind, outcome }) => kind === 'read' && outcome === 'ok');
  const changed = reads[which % Math.max(reads.length, 1)];
  const written = operations.filter(({ kind, key }) => kind === 'write' && key === changed?.key).map(({ input = null }) => input);
  const output = [null, ...written][value % (written.length + 1)] ?? null;
  return { operations: operations.map((one) => (one === changed ? { ...one, output } : one)) };
}
