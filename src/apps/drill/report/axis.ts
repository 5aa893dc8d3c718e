/** Round numbers along an axis. */

const STEPS = [1, 2, 5, 10];

/** From 0 to beyond `most`, about `count` of them. */
export function linearTicks(most: number, count: number): readonly number[] {
  const rough = Math.max(most, Number.MIN_VALUE) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((one) => one * magnitude >= rough) ?? 10) * magnitude;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_unused, index) => index * step);
}

/** Powers of ten that enclose both. */
export function logarithmicTicks(least: number, most: number): readonly number[] {
  const from = Math.floor(Math.log10(least));
  const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
  return Array.from({ length: to - from + 1 }, (_unused, index) => 10 ** (from + index));
}

/** `1.5k`, `200`, `0.1` */
export function shortNumber(value: number): string {
  return value >= 1_000 ? `${Number((value / 1_000).toPrecision(3))}k` : `${Number(value.toPrecision(3))}`;
}
