import { describe, expect, test } from 'vitest';
import { diurnalLoad, drawByShare } from '../../bench/paper/request-stream.ts';

describe('the stream of requests', () => {
  test('keys are drawn as often as their shares say', () => {
    const shares = Float64Array.from([0.5, 0.3, 0.2]);
    const draw = drawByShare(shares, 7);
    const counts = [0, 0, 0];
    for (let count = 0; count < 30_000; count++) counts[draw()]!++;
    for (const [rank, count] of counts.entries()) expect(count / 30_000).toBeCloseTo(shares[rank]!, 1);
  });

  test('the load lies between an eighth of the peak, at four in the morning, and the peak, twelve hours later', () => {
    expect(diurnalLoad(4)).toBeCloseTo(1 / 8);
    expect(diurnalLoad(16)).toBeCloseTo(1);
    expect(diurnalLoad(0)).toBeCloseTo(diurnalLoad(24));
  });
});
