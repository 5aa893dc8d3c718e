/** Keys drawn at random by their popularity. */
import { randomSequence } from '../../src/protocols/ring/index.ts';
import { firstAbove } from './efficiency.ts';

/** @returns draws the rank of a key; the same seed draws the same ranks. */
export function drawByShare(shares: Float64Array, seed: number): () => number {
  const random = randomSequence(seed);
  let sum = 0;
  const sums = shares.map((share) => {
    sum += share;
    return sum;
  });
  return () => firstAbove(sums, (random() / 2 ** 32) * sum);
}

/** Of the peak, between an eighth and all, lowest at four in the morning: an eighth is what the paper calls low load. */
export function diurnalLoad(hour: number): number {
  const wave = 0.5 - 0.5 * Math.cos((2 * Math.PI * (hour - 4)) / 24);
  return 1 / 8 + (7 / 8) * wave;
}
