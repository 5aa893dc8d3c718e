/**
 * The Prometheus text exposition format, version 0.0.4.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Bins } from './request-metrics.ts';

export type Labels = Readonly<Record<string, string>>;

export function* counter(name: string, help: string, value: number): Generator<string> {
  yield* heading(name, help, 'counter');
  yield sample(name, {}, value);
}

/** `divisor` brings the bins' unit to the metric's. */
export function* histogram(name: string, labels: Labels, bins: Bins, divisor: number): Generator<string> {
  let cumulative = 0;
  for (const [index, count] of bins.counts.entries()) {
    cumulative += count;
    const bound = bins.bounds[index];
    const le = bound === undefined ? '+Inf' : String(bound / divisor);
    yield sample(`${name}_bucket`, { ...labels, le }, cumulative);
  }
  yield sample(`${name}_sum`, labels, bins.sum / divisor);
  yield sample(`${name}_count`, labels, cumulative);
}

export function* heading(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): Generator<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} ${type}`;
}

export function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
