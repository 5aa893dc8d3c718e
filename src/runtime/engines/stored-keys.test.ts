import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fnv1a } from '../hash/index.ts';
import { operationBytes, writeOperation } from './log-format.ts';
import { OperationRun } from './operation-run.ts';
import { type KeySource, StoredKeys } from './stored-keys.ts';

const keyOf = (number: number): Uint8Array => Buffer.from(`key ${String(number).padStart(6, '0')}`);
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_unused, index) => from + index);

/** A database whose keys are in order. */
class Source implements KeySource {
  keys: Uint8Array[];
  failure: Error | undefined;

  constructor(keys: Uint8Array[]) {
    this.keys = keys;
  }

  getKeys({ start, limit }: { readonly start?: Uint8Array; readonly limit: number }): Iterable<Uint8Array> {
    if (this.failure !== undefined) throw this.failure;
    return this.keys.filter((key) => start === undefined || Buffer.compare(key, start) >= 0).slice(0, limit);
  }
}

/** What goes to the database at once. */
function runOf(ofNumbers: readonly number[]): OperationRun {
  const run = new OperationRun();
  for (const number of ofNumbers) {
    const operation = { key: keyOf(number), value: new Uint8Array(1) };
    const bytes = new Uint8Array(operationBytes(operation));
    writeOperation(bytes, 0, operation);
    run.add(bytes, 0);
  }
  return run;
}

function holds(stored: StoredKeys, number: number): boolean {
  return stored.mayHold(fnv1a(keyOf(number)));
}

function denied(stored: StoredKeys, from: number, to: number): number {
  return numbers(from, to).filter((number) => !holds(stored, number)).length;
}

function lookInVain(stored: StoredKeys): void {
  for (let count = 0; count < 20_000; count++) stored.lookedInVain();
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('an empty database holds nothing but what goes there', () => {
  const stored = new StoredKeys(new Source([]));
  expect(denied(stored, 0, 1000)).toBe(1000);
  stored.add(runOf(numbers(0, 500)));
  expect(denied(stored, 0, 500)).toBe(0);
  expect(denied(stored, 500, 1000)).toBeGreaterThan(450);
});

test('a database with keys may hold anything, until keys were looked for in vain and all of its own were read', () => {
  const source = new Source(numbers(0, 3000).map(keyOf));
  const stored = new StoredKeys(source);
  vi.runAllTimers();
  expect(denied(stored, 0, 10_000)).toBe(0);
  lookInVain(stored);
  vi.advanceTimersByTime(10);
  expect(denied(stored, 0, 10_000)).toBe(0);
  // While it is read: one lands behind the reader, one in front of it.
  for (const number of [100_000, 2500.5]) {
    stored.add(runOf([number]));
    source.keys = [...source.keys, keyOf(number)].sort(Buffer.compare);
  }
  vi.runAllTimers();
  expect(denied(stored, 0, 3000)).toBe(0);
  expect(holds(stored, 100_000) && holds(stored, 2500.5)).toBe(true);
  expect(denied(stored, 3000, 10_000)).toBeGreaterThan(6500);
});

test('a database that cannot be read may hold anything', () => {
  const source = new Source(numbers(0, 3000).map(keyOf));
  const stored = new StoredKeys(source);
  lookInVain(stored);
  vi.advanceTimersByTime(10);
  source.failure = new Error('input/output error');
  vi.runAllTimers();
  expect(denied(stored, 0, 10_000)).toBe(0);
});

test('closed, it reads no more', () => {
  const source = new Source(numbers(0, 3000).map(keyOf));
  const stored = new StoredKeys(source);
  lookInVain(stored);
  stored.close();
  source.failure = new Error('closed');
  vi.runAllTimers();
  expect(vi.getTimerCount()).toBe(0);
  expect(denied(stored, 0, 10)).toBe(0);
});
