/**
 * The Prometheus text exposition format, version 0.0.4, for the counts of {@link RequestMetrics}.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { type Bins, type RequestMetrics, VERBS } from './request-metrics.ts';

type Labels = Readonly<Record<string, string>>;

const MS_PER_SECOND = 1_000;

export function requestExposition(metrics: RequestMetrics): string {
  return [
    ...requests(metrics),
    ...durations(metrics),
    ...heading('quorate_kv_get_values', 'Values per successful get: more than 1 are siblings.', 'histogram'),
    ...histogram('quorate_kv_get_values', {}, metrics.valuesPerGet, 1),
    ...counter('quorate_kv_read_repairs_total', 'Replicas that were behind and were sent what they lacked.', metrics.readRepairs),
    ...counter('quorate_kv_damaged_records_total', 'Stored records whose checksum was wrong.', metrics.damagedRecords),
    '',
  ].join('\n');
}

function* requests(metrics: RequestMetrics): Generator<string> {
  const name = 'quorate_kv_requests_total';
  yield* heading(name, 'Requests this node coordinated or forwarded, by verb and outcome.', 'counter');
  for (const verb of VERBS) {
    const { ok, failures } = metrics.verbs[verb];
    yield sample(name, { verb, code: 'ok' }, ok);
    for (const [code, count] of failures) yield sample(name, { verb, code }, count);
  }
}

function* durations(metrics: RequestMetrics): Generator<string> {
  const name = 'quorate_kv_request_duration_seconds';
  yield* heading(name, 'From the arrival of a request to its answer, by verb.', 'histogram');
  for (const verb of VERBS) yield* histogram(name, { verb }, metrics.verbs[verb].durations, MS_PER_SECOND);
}

function* counter(name: string, help: string, value: number): Generator<string> {
  yield* heading(name, help, 'counter');
  yield sample(name, {}, value);
}

/** `divisor` brings the bins' unit to the metric's. */
function* histogram(name: string, labels: Labels, bins: Bins, divisor: number): Generator<string> {
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

function* heading(name: string, help: string, type: 'counter' | 'histogram'): Generator<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} ${type}`;
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
