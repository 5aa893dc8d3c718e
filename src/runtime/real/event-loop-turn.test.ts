import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventLoopTurn } from './event-loop-turn.ts';

/** Ends of turns, and what left in each. */
function flushing(turn: EventLoopTurn) {
  const left: number[] = [];
  let waiting = 0;
  const link = {
    flush: () => {
      left.push(waiting);
      waiting = 0;
    },
  };
  const send = (): void => {
    turn.gathered();
    waiting++;
    if (waiting === 1) turn.flushAtEnd(link);
  };
  return { left, send };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setImmediate', 'setTimeout', 'clearTimeout', 'performance'] });
  vi.advanceTimersByTime(1_000);
});

afterEach(() => {
  vi.useRealTimers();
});

/** What `setImmediate` was asked for; no time passes. */
function endOfTurn(): void {
  vi.advanceTimersByTime(0);
}

describe('with few requests under way', () => {
  test('what was committed in a turn leaves at its end', () => {
    const turn = new EventLoopTurn();
    const { left, send } = flushing(turn);
    for (let count = 0; count < 3; count++) {
      send();
      send();
      endOfTurn();
    }
    expect(left).toEqual([2, 2, 2]);
  });

  test('a callback comes first, and what it commits leaves with it', () => {
    const turn = new EventLoopTurn();
    const { left, send } = flushing(turn);
    send();
    turn.soon(send);
    endOfTurn();
    expect(left).toEqual([2]);
  });
});

describe('with many requests under way', () => {
  function busyTurn(): EventLoopTurn {
    const turn = new EventLoopTurn();
    for (let request = 0; request < 16; request++) turn.requestCame();
    return turn;
  }

  test('what is committed within a millisecond of the last end leaves together, a millisecond later', () => {
    const { left, send } = flushing(busyTurn());
    send();
    endOfTurn();
    expect(left).toEqual([1]);
    for (let count = 0; count < 5; count++) {
      send();
      endOfTurn();
    }
    expect(left).toEqual([1]);
    vi.advanceTimersByTime(1);
    expect(left).toEqual([1, 5]);
  });

  test('thirty-two frames do not wait', () => {
    const { left, send } = flushing(busyTurn());
    send();
    endOfTurn();
    for (let count = 0; count < 32; count++) send();
    endOfTurn();
    expect(left).toEqual([1, 32]);
    vi.advanceTimersByTime(10);
    expect(left).toEqual([1, 32]);
  });

  test('a callback does not wait, and takes along what does', () => {
    const turn = busyTurn();
    const { left, send } = flushing(turn);
    send();
    endOfTurn();
    send();
    let called = false;
    turn.soon(() => {
      called = true;
    });
    endOfTurn();
    expect([called, left]).toEqual([true, [1, 1]]);
  });

  test('once they are answered, frames leave at the end of the turn again', () => {
    const turn = busyTurn();
    const { left, send } = flushing(turn);
    send();
    endOfTurn();
    turn.requestsLeft(16);
    send();
    endOfTurn();
    expect(left).toEqual([1, 1]);
  });
});
