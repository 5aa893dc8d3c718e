import { expect, it } from 'vitest';
import { describeEngine } from './conformance.ts';
import { openMemoryEngine } from './memory.ts';

/** Later turns, run by hand. */
function handTurned(): { timers: { soon(callback: () => void): void }; settle(): void } {
  const waiting: (() => void)[] = [];
  return {
    timers: { soon: (callback) => waiting.push(callback) },
    settle() {
      while (waiting.length > 0) for (const callback of waiting.splice(0)) callback();
    },
  };
}

describeEngine('the memory engine', async () => {
  const { timers, settle } = handTurned();
  const engine = openMemoryEngine({ timers });
  return { engine, settle, dispose: () => engine.close() };
});

it('acknowledges all batches of a turn in one later turn', () => {
  const turns: (() => void)[] = [];
  const engine = openMemoryEngine({ timers: { soon: (callback) => turns.push(callback) } });
  const calls: number[] = [];
  for (const index of [1, 2, 3]) engine.write([{ key: Uint8Array.of(index), value: Uint8Array.of() }], () => calls.push(index));
  expect([turns.length, calls]).toEqual([1, []]);
  turns[0]?.();
  expect(calls).toEqual([1, 2, 3]);
});
