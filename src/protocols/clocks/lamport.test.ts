import { describe, expect, test } from 'vitest';
import { compareStamps, LAMPORT_TIME_MAXIMUM, lamportClock, receive, tick } from './lamport.ts';

describe('a Lamport clock', () => {
  test('counts the events of its process', () => {
    const clock = lamportClock(24);
    expect(tick(clock)).toBe(25);
    expect(tick(clock)).toBe(26);
  });

  test('jumps past a message from its future: received at 13, sent at 25, it is 26', () => {
    const clock = lamportClock(13);
    expect(receive(clock, 25)).toBe(26);
    expect(clock.time).toBe(26);
  });

  test('just counts on when the message is from its past', () => {
    expect(receive(lamportClock(88), 25)).toBe(89);
  });

  test('refuses to go beyond its width rather than to repeat itself', () => {
    expect(() => tick(lamportClock(LAMPORT_TIME_MAXIMUM))).toThrow(/has a successor/);
    expect(() => receive(lamportClock(), LAMPORT_TIME_MAXIMUM)).toThrow(/has a successor/);
  });

  test('orders events of equal time by process', () => {
    expect(compareStamps({ time: 5, process: 'a' }, { time: 5, process: 'b' })).toBeLessThan(0);
    expect(compareStamps({ time: 5, process: 'b' }, { time: 5, process: 'a' })).toBeGreaterThan(0);
    expect(compareStamps({ time: 6, process: 'a' }, { time: 5, process: 'b' })).toBeGreaterThan(0);
    expect(compareStamps({ time: 5, process: 'a' }, { time: 5, process: 'a' })).toBe(0);
  });
});
