/** What the services of a simulated node tell, as Prometheus reads it. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { storeExposition, TOPICS } from '../../src/apps/metrics/store-exposition.ts';
import type { Json, Quorate } from '../../src/stores/kv/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

const KEYS = Array.from({ length: 40 }, (_unused, index) => `key${index}`);

async function scrape(cluster: SmallCluster, quorate: Quorate): Promise<Map<string, number>> {
  const answers: Record<string, Json> = {};
  for (const topic of TOPICS) answers[topic] = await cluster.until(quorate.administration.ask(topic));
  const lines = storeExposition(answers).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const value = / (\S+)$/.exec(line)?.[1];
      return value === undefined || line.startsWith('#') ? [] : [[line.slice(0, -value.length - 1), Number(value)] as const];
    }),
  );
}

describe('the metrics of a node in trouble', () => {
  test('tell what is measured, held, repaired, held back, moved, and who is there', async () => {
    const cluster = new SmallCluster({ last: { conflict: 'latest' } }, 4);
    const quorate = cluster.connect('client of n1', ['n1:7401']);
    await cluster.pass(1_000);
    const last = quorate.kv.bucket('last');
    const { context } = await cluster.until(last.put('a', 'one', { w: 3 }));
    await cluster.until(last.put('a', 'two', { w: 3 }));
    await cluster.until(last.put('a', 'three', { w: 3, ...(context === undefined ? {} : { context }) }));
    await cluster.until(quorate.kv.bucket('plain').putMany(KEYS.map((key) => [key, 'zero'])));
    for (let reads = 0; reads < 40; reads++) await cluster.until(quorate.kv.bucket('plain').get(KEYS[reads]!));
    cluster.simulation.crash('n2');
    await cluster.pass(20_000);
    for (let writes = 0; writes < 40; writes++) await cluster.until(quorate.kv.bucket('plain').put(KEYS[writes]!, 'one'));
    await cluster.pass(2_000);
    const samples = await scrape(cluster, quorate);
    expect(samples.get('quorate_kv_stale_reads_ratio{n="3",r="1",w="2"}')).toBeGreaterThanOrEqual(0);
    expect(samples.get('quorate_kv_staleness_surveys_total{n="3",w="2"}')).toBeGreaterThan(0);
    expect(samples.get('quorate_kv_missed_write_age_max_seconds{n="3",w="2"}')).toBeDefined();
    expect(samples.get('quorate_kv_latest_dropped_writes_total')).toBeGreaterThanOrEqual(0);
    expect(samples.get('quorate_kv_anti_entropy_rounds_total')).toBeGreaterThan(0);
    expect(samples.get('quorate_kv_anti_entropy_exchanges_total{outcome="failed"}')).toBeGreaterThanOrEqual(0);
    expect(samples.get('quorate_kv_tombstones')).toBe(0);
    expect(samples.get('quorate_kv_tombstones_held_up{member="n2"}')).toBe(1);
    expect(samples.get('quorate_kv_missed_eras')).toBe(0);
    expect(samples.get('quorate_background_target_seconds')).toBe(0.02);
    expect(samples.get('quorate_background_slices_total{kind="anti-entropy"}')).toBeGreaterThan(0);
    expect(samples.get('quorate_background_paused{kind="hints"}')).toBe(0);
    expect(samples.get('quorate_transfer_seats_left')).toBe(0);
    expect(samples.get('quorate_members{state="alive"}')).toBe(3);
    expect(samples.get('quorate_members{state="dead"}')).toBe(1);
    expect(samples.get('quorate_membership_changes_total')).toBe(4);
    const hints = await Promise.all(
      ['n1', 'n3', 'n4'].map(async (name) => {
        const told = await scrape(cluster, cluster.connect(`another client of ${name}`, [`${name}:7401`]));
        return told.get('quorate_kv_hints{target="n2"}') ?? 0;
      }),
    );
    expect(hints.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
  });
});

test('each metric is named as Prometheus advises, and is documented', async () => {
  const cluster = new SmallCluster();
  const answers: Record<string, Json> = {};
  for (const topic of TOPICS) answers[topic] = await cluster.until(cluster.quorate.administration.ask(topic));
  const hints = { targets: [{ target: 'n9', hints: 3 }], delivered: 0 };
  const staleness = [{ n: 3, r: 1, w: 2, surveys: 1, staleShare: 0, medianAgeMs: 0, greatestAgeMs: 0 }];
  const tombstones = { ...(answers['tombstones'] as object), missing: ['n9'] } as Json;
  const text = storeExposition({ ...answers, hints, staleness, tombstones });
  const types = [...text.matchAll(/^# TYPE (\S+) (counter|gauge)$/gm)].map(([, name = '', type]) => ({ name, type }));
  const documented = readFileSync(new URL('../../docs/insight.md', import.meta.url), 'utf8');
  // No family is without a sample.
  expect(types).toHaveLength(40);
  for (const { name, type } of types) {
    expect(name).toMatch(/^quorate_[a-z0-9]+(_[a-z0-9]+)*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(documented).toContain(`\`${name}\``);
  }
});
