import { describe, expect, it } from 'vitest';
import { requestExposition } from './exposition.ts';
import { nodeMetrics, RequestMetrics } from './index.ts';

/** The value of the one sample that begins so. */
function sampleOf(text: string, series: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${series} `));
  expect(lines, `one sample of ${series}`).toHaveLength(1);
  return Number(lines[0]!.slice(series.length + 1));
}

describe('request metrics', () => {
  it('counts requests by verb and code', () => {
    const metrics = new RequestMetrics();
    metrics.request('get', 1, 'ok');
    metrics.request('get', 1, 'ok');
    metrics.request('put', 1, 'timeout');
    const text = requestExposition(metrics);
    expect(sampleOf(text, 'quorate_kv_requests_total{verb="get",code="ok"}')).toBe(2);
    expect(sampleOf(text, 'quorate_kv_requests_total{verb="put",code="ok"}')).toBe(0);
    expect(sampleOf(text, 'quorate_kv_requests_total{verb="put",code="timeout"}')).toBe(1);
  });

  it('gives durations as a cumulative histogram in seconds, a bound belonging to its bin', () => {
    const metrics = new RequestMetrics();
    for (const durationMs of [0.05, 1, 1.5, 20_000]) metrics.request('put', durationMs, 'ok');
    const text = requestExposition(metrics);
    const bucket = (le: string) => sampleOf(text, `quorate_kv_request_duration_seconds_bucket{verb="put",le="${le}"}`);
    expect([bucket('0.0001'), bucket('0.0005'), bucket('0.001'), bucket('0.0025'), bucket('10'), bucket('+Inf')]).toEqual([
      1, 1, 2, 3, 3, 4,
    ]);
    expect(sampleOf(text, 'quorate_kv_request_duration_seconds_count{verb="put"}')).toBe(4);
    expect(sampleOf(text, 'quorate_kv_request_duration_seconds_sum{verb="put"}')).toBeCloseTo(20.00255, 9);
  });

  it('tells how many reads met siblings', () => {
    const metrics = new RequestMetrics();
    for (const count of [0, 1, 1, 2, 40]) metrics.values(count);
    const text = requestExposition(metrics);
    expect(sampleOf(text, 'quorate_kv_get_values_bucket{le="0"}')).toBe(1);
    expect(sampleOf(text, 'quorate_kv_get_values_bucket{le="1"}')).toBe(3);
    expect(sampleOf(text, 'quorate_kv_get_values_bucket{le="2"}')).toBe(4);
    expect(sampleOf(text, 'quorate_kv_get_values_bucket{le="+Inf"}')).toBe(5);
  });

  it('keeps a code with odd characters on its line', () => {
    const metrics = new RequestMetrics();
    metrics.request('get', 1, 'a"b\\c\nd');
    expect(requestExposition(metrics)).toContain('quorate_kv_requests_total{verb="get",code="a\\"b\\\\c\\nd"} 1\n');
  });
});

describe('a scrape', () => {
  it('shows requests, links, readiness and the process, each name once', async () => {
    let ready = false;
    const metrics = nodeMetrics({
      cluster: 'local',
      node: 'n1',
      version: '1.2.3',
      peers: () =>
        Promise.resolve([
          { name: 'n2', up: true },
          { name: 'n3', up: false },
        ]),
      ready: () => ready,
      ask: (topic) => (topic === 'losses' ? Promise.resolve({ dropped: 3 }) : Promise.reject(new Error('no such topic'))),
    });
    metrics.requests.readRepair();
    metrics.syncs.observe(0.7);
    metrics.syncs.observe(120);
    const before = await metrics.scrape();
    expect(sampleOf(before, 'quorate_kv_read_repairs_total')).toBe(1);
    expect(sampleOf(before, 'quorate_disk_sync_duration_seconds_bucket{le="0.1"}')).toBe(1);
    expect(sampleOf(before, 'quorate_disk_sync_duration_seconds_count')).toBe(2);
    expect(sampleOf(before, 'quorate_kv_link_up{peer="n2"}')).toBe(1);
    expect(sampleOf(before, 'quorate_kv_link_up{peer="n3"}')).toBe(0);
    expect(sampleOf(before, 'quorate_kv_ready')).toBe(0);
    expect(sampleOf(before, 'quorate_kv_latest_dropped_writes_total')).toBe(3);
    expect(sampleOf(before, 'quorate_build_info{version="1.2.3",cluster="local",node="n1"}')).toBe(1);
    expect(sampleOf(before, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    ready = true;
    expect(sampleOf(await metrics.scrape(), 'quorate_kv_ready')).toBe(1);
    const types = before.split('\n').filter((line) => line.startsWith('# TYPE '));
    expect(new Set(types).size).toBe(types.length);
  });
});
