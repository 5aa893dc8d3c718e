import { describe, expect, test } from 'vitest';
import { waitingPartitions, waitingSeatsIn } from './index.ts';

const seat = (partition: number, place: number, n = 3) => ({ n, partition, place });

describe('seats that wait for their registers', () => {
  test('a partition is silent when those that are left are no majority', () => {
    expect(waitingPartitions([seat(5, 0), seat(5, 2), seat(1, 1)])).toEqual({ silent: [5], incomplete: [1] });
    expect(waitingPartitions([seat(0, 0, 1)])).toEqual({ silent: [0], incomplete: [] });
    expect(waitingPartitions([seat(0, 0, 2)])).toEqual({ silent: [0], incomplete: [] });
    expect(waitingPartitions([seat(0, 0, 5), seat(0, 1, 5)])).toEqual({ silent: [], incomplete: [0] });
    expect(waitingPartitions([])).toEqual({ silent: [], incomplete: [] });
  });

  test('a seat that two nodes tell of counts once, and places of different N do not add up', () => {
    expect(waitingPartitions([seat(5, 0), seat(5, 0), seat(5, 1, 5)])).toEqual({ silent: [], incomplete: [5] });
  });

  test('what is no such answer has none', () => {
    expect(waitingSeatsIn({ claimed: [seat(1, 2), 'x', { n: 3 }] })).toEqual([seat(1, 2)]);
    expect([waitingSeatsIn(null), waitingSeatsIn([]), waitingSeatsIn({ claimed: 1 })]).toEqual([[], [], []]);
  });
});
