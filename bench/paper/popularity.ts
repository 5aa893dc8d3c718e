/**
 * How requests spread over keys.
 *
 * The paper's services have a skewed access pattern with, as its section 6.2 puts it as a condition, enough keys at the popular end. That
 * is the law of Zipf as Mandelbrot extended it: the key of rank k gets a share in proportion to 1 / (k + flat)^exponent, where `flat`
 * says over how many keys the popular end extends.
 */
export interface Popularity {
  readonly name: string;
  readonly keys: number;
  readonly exponent: number;
  /** 0 for the plain law of Zipf: the most popular key alone then decides over balance. */
  readonly flat: number;
}

/** Shares of the keys by rank; they add up to 1. */
export function shares({ keys, exponent, flat }: Popularity): Float64Array {
  const weights = Float64Array.from({ length: keys }, (_, rank) => (rank + 1 + flat) ** -exponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** The share of all requests that the most popular `part` (0 .. 1) of the keys gets. */
export function shareOfMostPopular(all: Float64Array, part: number): number {
  return all.subarray(0, Math.round(all.length * part)).reduce((sum, share) => sum + share, 0);
}
