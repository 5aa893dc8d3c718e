import { describe, expect, it } from 'vitest';
import type { Engine, Operation } from './engine.ts';
import { claimDirectory } from './identity.ts';
import { openMemoryEngine } from './memory.ts';

const OURS = { clusterName: 'shop', nodeName: 'n1', formatVersion: 3 };

function engineInMemory(): Engine {
  return openMemoryEngine({ timers: { soon: queueMicrotask } });
}

const RECORD_KEY = Uint8Array.of(0, ...new TextEncoder().encode('identity'));

function thrownBy(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function contents(engine: Engine): string[] {
  const entries = [...engine.range({ from: Uint8Array.of(), to: Uint8Array.of(0xff, 0xff) })];
  return entries.map(({ key, value }) => `${key}=${value}`);
}

describe('the identity of a data directory', () => {
  it('is written on first use, and lets the same node in again', () => {
    const engine = engineInMemory();
    claimDirectory(engine, OURS);
    const written = contents(engine);
    expect(written.length).toBe(1);
    claimDirectory(engine, OURS);
    expect(contents(engine)).toEqual(written);
  });

  it.each([
    ['wrong-node', { nodeName: 'n2' }, ["'n1'", "'n2'"]],
    ['wrong-cluster', { clusterName: 'bank' }, ["'shop'", "'bank'"]],
    ['wrong-cluster', { clusterName: 'bank', nodeName: 'n2' }, ["'shop'", "'bank'"]],
    ['wrong-format', { formatVersion: 4, nodeName: 'n2' }, ['format 3', 'format 4']],
  ])('fails with %s for %j, naming both values, and changes nothing', (code, difference, named) => {
    const engine = engineInMemory();
    claimDirectory(engine, OURS);
    const before = contents(engine);
    const error = thrownBy(() => claimDirectory(engine, { ...OURS, ...difference }));
    expect(error).toMatchObject({ code, outcome: 'not-applied' });
    for (const value of named) expect(error).toHaveProperty('message', expect.stringContaining(value));
    expect(contents(engine)).toEqual(before);
  });

  it('is readable as far as its version in a record of another format', () => {
    const engine = engineInMemory();
    engine.write(
      [{ key: RECORD_KEY, value: new TextEncoder().encode('{"formatVersion":9,"somethingNew":[]}') }],
      () => undefined,
    );
    expect(thrownBy(() => claimDirectory(engine, OURS))).toMatchObject({ code: 'wrong-format', data: { found: 9, expected: 3 } });
  });

  it.each(['', 'null', '{}', '{"formatVersion":3}', '{"formatVersion":"3"}', '\u0000'])('is damaged when it reads %j', (text) => {
    const engine = engineInMemory();
    engine.write([{ key: RECORD_KEY, value: new TextEncoder().encode(text) }], () => undefined);
    expect(thrownBy(() => claimDirectory(engine, OURS))).toMatchObject({ code: 'data-damaged' });
  });

  it('is not given to data without one', () => {
    const engine = engineInMemory();
    engine.write([{ key: Uint8Array.of(1, 2), value: Uint8Array.of(3) }], () => undefined);
    expect(thrownBy(() => claimDirectory(engine, OURS))).toMatchObject({ code: 'data-damaged' });
    expect(contents(engine)).toEqual(['1,2=3']);
  });

  it('is durable before anything that is written later', () => {
    const batches: (readonly Operation[])[] = [];
    const inner = engineInMemory();
    const engine: Engine = {
      failure: undefined,
      get: (key) => inner.get(key),
      range: (range) => inner.range(range),
      snapshot: () => inner.snapshot(),
      close: () => inner.close(),
      write(batch, onDurable) {
        batches.push(batch);
        inner.write(batch, onDurable);
      },
    };
    claimDirectory(engine, OURS);
    engine.write([{ key: Uint8Array.of(1), value: Uint8Array.of(1) }], () => undefined);
    expect(batches.map((batch) => batch.map(({ key }) => [...key]))).toEqual([[[...RECORD_KEY]], [[1]]]);
  });
});
