import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Writer } from '../../runtime/bytes/index.ts';
import { decodeRecord, encodeRecord, mergeBy, type Policy, type Versions } from '../versions/index.ts';
import {
  askFirst,
  onHedge,
  onReadDeadline,
  onReadFailed,
  onRecord,
  onStored,
  onStoreFailed,
  onWriteDeadline,
  type ReadEffects,
  type Record,
  startRead,
  startWrite,
  type WriteEffects,
} from './index.ts';

const replicas = 5;

class WriteLog implements WriteEffects {
  readonly events: string[] = [];
  written(): void {
    this.events.push('written');
  }
  notWritten(reason: string): void {
    this.events.push(reason);
  }
}

describe('a write', () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constantFrom('stored', 'failed'), replica: fc.integer({ min: 0, max: replicas - 1 }) }),
    fc.record({ kind: fc.constant('deadline'), replica: fc.constant(0) }),
  );

  test('ends exactly as the rule says, once, whatever is repeated or comes late (against a naive twin)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: replicas }), fc.array(event, { maxLength: 15 }), (needed, events) => {
        const log = new WriteLog();
        const state = startWrite(needed, replicas);
        const stored = new Set<number>();
        const failed = new Set<number>();
        let expected: string | undefined;
        for (const { kind, replica } of events) {
          if (kind === 'stored') {
            stored.add(replica);
            onStored(state, replica, log);
          } else if (kind === 'failed') {
            if (!stored.has(replica)) failed.add(replica);
            onStoreFailed(state, replica, log);
          } else onWriteDeadline(state, log);
          if (kind === 'stored' && stored.size >= needed) expected ??= 'written';
          if (kind === 'failed' && replicas - failed.size < needed) expected ??= 'too-few';
          if (kind === 'deadline') expected ??= 'deadline';
        }
        expect(log.events).toEqual(expected === undefined ? [] : [expected]);
      }),
    );
  });
});

/** A record of writes by actor 1, as many as `counter`, each superseding the one before. */
function recordOf(counter: number): Uint8Array {
  const value = new TextEncoder().encode(`v${counter}`);
  const version = {
    dot: { actor: 1, counter },
    timestamp: counter,
    deleted: false,
    field: new Uint8Array(0),
    contentType: '',
    value,
  };
  return encoded({ clock: [{ actor: 1, counter }], versions: [version] });
}

function encoded(state: Versions): Uint8Array {
  const writer = new Writer();
  encodeRecord(writer, state);
  return writer.copy();
}

const counterOf = (record: Record): number => (record === undefined ? 0 : (decodeRecord(record).clock[0]?.counter ?? 0));

class ReadLog implements ReadEffects {
  readonly asked: number[] = [];
  readonly answers: (number | string)[] = [];
  readonly repairs: [replica: number, counter: number][] = [];
  finishes = 0;
  merge(a: Uint8Array, b: Uint8Array, policy: Policy): Uint8Array {
    return encoded(mergeBy(policy, decodeRecord(a), decodeRecord(b)));
  }
  ask(replica: number): void {
    this.asked.push(replica);
  }
  found(record: Record): void {
    this.answers.push(counterOf(record));
  }
  notFound(reason: string): void {
    this.answers.push(reason);
  }
  repair(replica: number, record: Uint8Array): void {
    this.repairs.push([replica, counterOf(record)]);
  }
  finished(): void {
    this.finishes++;
  }
}

function read(needed: number, available: number, ask: number): { log: ReadLog; state: ReturnType<typeof startRead> } {
  const log = new ReadLog();
  const state = startRead(needed, available, 'siblings');
  askFirst(state, ask, log);
  return { log, state };
}

describe('a read', () => {
  test('answers at R with the newest of what R replicas hold, and repairs the others when all have answered', () => {
    const { log, state } = read(2, 3, 3);
    onRecord(state, 0, recordOf(1), log);
    expect(log.answers).toEqual([]);
    onRecord(state, 1, recordOf(2), log);
    expect(log.answers).toEqual([2]);
    expect(log.repairs).toEqual([]);
    onRecord(state, 2, undefined, log);
    expect(log.repairs).toEqual([
      [0, 2],
      [2, 2],
    ]);
    expect(log.finishes).toBe(1);
  });

  test('repairs a replica that answered the caller before a newer record was heard of', () => {
    const { log, state } = read(1, 2, 2);
    onRecord(state, 0, recordOf(1), log);
    onRecord(state, 1, recordOf(3), log);
    expect(log.answers).toEqual([1]);
    expect(log.repairs).toEqual([[0, 3]]);
  });

  test('repairs nobody when all agree, and nobody that did not answer', () => {
    const agreeing = read(2, 3, 3);
    for (const replica of [0, 1, 2]) onRecord(agreeing.state, replica, recordOf(4), agreeing.log);
    expect(agreeing.log.repairs).toEqual([]);
    const silent = read(1, 2, 2);
    onRecord(silent.state, 0, recordOf(4), silent.log);
    onReadDeadline(silent.state, silent.log);
    expect(silent.log.repairs).toEqual([]);
    expect(silent.log.finishes).toBe(1);
  });

  test('asks a spare replica in place of one that fails, and all spares when the others are slow', () => {
    const failing = read(2, 4, 2);
    expect(failing.log.asked).toEqual([0, 1]);
    onReadFailed(failing.state, 1, failing.log);
    expect(failing.log.asked).toEqual([0, 1, 2]);
    const slow = read(2, 4, 2);
    onHedge(slow.state, slow.log);
    expect(slow.log.asked).toEqual([0, 1, 2, 3]);
  });

  test('fails as soon as R replicas cannot answer any more', () => {
    const { log, state } = read(2, 3, 3);
    onReadFailed(state, 0, log);
    onReadFailed(state, 0, log);
    expect(log.answers).toEqual([]);
    onReadFailed(state, 2, log);
    expect(log.answers).toEqual(['too-few']);
  });

  const event = fc.record({
    kind: fc.constantFrom('record', 'record', 'record', 'failed', 'hedge', 'deadline'),
    replica: fc.integer({ min: 0, max: replicas - 1 }),
    counter: fc.integer({ min: 0, max: 4 }),
  });

  test('answers once, with the merge of at least R answers, and only ever repairs upwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: replicas }), fc.array(event, { maxLength: 20 }), (needed, events) => {
        const { log, state } = read(needed, replicas, needed);
        const answered = new Map<number, number>();
        for (const { kind, replica, counter } of events) {
          const open = log.finishes === 0;
          // Only who was asked can answer.
          if (!log.asked.includes(replica)) continue;
          if (kind === 'record') {
            if (open && !answered.has(replica)) answered.set(replica, counter);
            onRecord(state, replica, counter === 0 ? undefined : recordOf(counter), log);
          } else if (kind === 'failed') onReadFailed(state, replica, log);
          else if (kind === 'hedge') onHedge(state, log);
          else onReadDeadline(state, log);
        }
        expect(log.answers.length).toBeLessThanOrEqual(1);
        expect(log.finishes).toBeLessThanOrEqual(1);
        const [answer] = log.answers;
        if (typeof answer === 'number') {
          const firstAnswers = [...answered.values()].slice(0, needed);
          expect(firstAnswers.length).toBe(needed);
          expect(answer).toBe(Math.max(...firstAnswers));
        }
        for (const [replica, counter] of log.repairs) {
          expect(answered.get(replica)).toBeLessThan(counter);
          expect(counter).toBe(Math.max(...answered.values()));
        }
      }),
      { numRuns: 500 },
    );
  });
});
