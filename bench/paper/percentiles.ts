/** Latencies as the paper gives them: the mean and the 99.9th percentile, in milliseconds. */

export interface Latency {
  readonly mean: number;
  readonly p999: number;
}

export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = Float64Array.from(milliseconds).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const p999 = sorted[Math.ceil(sorted.length * 0.999) - 1];
  if (p999 === undefined) throw new RangeError('there is no percentile of nothing');
  return { mean: total / sorted.length, p999 };
}
