/** The counts of {@link RequestMetrics} as Prometheus reads them. */
import { type Bins, type RequestMetrics, VERBS } from './request-metrics.ts';
import { counter, heading, histogram, sample } from './text-format.ts';

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

export function syncExposition(syncs: Bins): string {
  const name = 'quorate_disk_sync_duration_seconds';
  const help = 'How long the disk, or the database, took to make writes durable: one for all that gathered meanwhile.';
  return [...heading(name, help, 'histogram'), ...histogram(name, {}, syncs, MS_PER_SECOND), ''].join('\n');
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
