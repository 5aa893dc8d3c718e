import { describe, expect, test } from 'vitest';
import { EventLoopTurn } from './event-loop-turn.ts';
import { realWorld } from './index.ts';

const { clock, random, timers } = realWorld();

describe('the clock', () => {
  test('is monotonic, has fractions of milliseconds, and knows the wall time', () => {
    const readings = Array.from({ length: 1000 }, () => clock.now());
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
    expect(readings.some((reading) => !Number.isInteger(reading))).toBe(true);
    expect(Math.abs(clock.wallTime() - Date.now())).toBeLessThan(1000);
  });
});

describe('timers', () => {
  test.each([0, 1, 2.5, 10])('never fire before their %d ms are over', async (delayMs) => {
    for (let round = 0; round < 5; round++) {
      const begin = clock.now();
      await new Promise<void>((resolve) => timers.after(delayMs, resolve));
      expect(clock.now() - begin).toBeGreaterThanOrEqual(delayMs);
    }
  });

  test('that are cancelled do not fire, others do, and one of a month does not fire at once', async () => {
    const fired: string[] = [];
    const month = timers.after(2 ** 32, () => fired.push('month'));
    timers.after(1, () => fired.push('cancelled')).cancel();
    await new Promise<void>((resolve) => timers.after(5, resolve));
    month.cancel();
    expect(fired).toEqual([]);
  });

  test('that repeat do so until they are cancelled', async () => {
    let count = 0;
    await new Promise<void>((resolve) => {
      const timer = timers.every(1, () => {
        count += 1;
        if (count < 3) return;
        timer.cancel();
        resolve();
      });
    });
    await new Promise<void>((resolve) => timers.after(5, resolve));
    expect(count).toBe(3);
  });
});

describe('the end of a turn', () => {
  test('comes after promises, calls back in order, and what is asked for meanwhile waits for the next', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      timers.soon(() => {
        order.push('first');
        timers.soon(() => {
          order.push('third');
          resolve();
        });
      });
      timers.soon(() => order.push('second'));
      order.push('now');
      void Promise.resolve().then(() => order.push('promise'));
    });
    expect(order).toEqual(['now', 'promise', 'first', 'second', 'third']);
  });

  test('flushes behind all callbacks, also what these have asked for', async () => {
    const turn = new EventLoopTurn();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      turn.flushAtEnd({ flush: () => order.push('flush') });
      turn.soon(() => {
        order.push('callback');
        turn.flushAtEnd({
          flush: () => {
            order.push('flush of the callback');
            resolve();
          },
        });
      });
    });
    expect(order).toEqual(['callback', 'flush', 'flush of the callback']);
  });
});

describe('randomness', () => {
  test('draws integers below a bound, each of them', () => {
    const counts = new Array(10).fill(0);
    for (let draw = 0; draw < 20_000; draw++) counts[random.below(10)] += 1;
    expect(counts).toHaveLength(10);
    // 2,000 expected; ten standard deviations are 424.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(424);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeLessThan(2 ** 32);
  });

  test.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('has no integers below %d', (bound) => {
    expect(() => random.below(bound)).toThrow(RangeError);
  });

  test('does not repeat itself, as numbers or bytes, also past the pool it is drawn from', () => {
    const numbers = Array.from({ length: 3000 }, () => random.uint32());
    expect(new Set(numbers).size).toBeGreaterThan(2990);
    expect(random.bytes(16)).toHaveLength(16);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });
});
