/** A node that says nothing behind open links: who notices, and by what (docs/decisions/0059). */
import { expect, test } from 'vitest';
import { SmallCluster } from './small-cluster-for-tests.ts';

test('reads and writes go around a silent node at once, by what each node sees itself, long before the group holds it dead', async () => {
  const cluster = new SmallCluster({}, 5);
  const bucket = cluster.connect('client of n1', ['n1:7401']).kv.bucket('b');
  await cluster.pass(1_000);
  for (let key = 0; key < 20; key++) await cluster.until(bucket.put(`key ${key}`, 'before'));
  cluster.simulation.process('n3').pause();
  const began = cluster.simulation.now;
  let late = 0;
  for (let key = 0; key < 20; key++) {
    // Requests that n1 passes on to n3 wait there: they are what a client repeats, or has no answer to.
    const asked = cluster.simulation.now;
    const { values } = await cluster.until(bucket.get(`key ${key}`, { timeoutMs: 500 })).catch(() => ({ values: ['late'] }));
    if (cluster.simulation.now - asked > 100) late++;
    expect(values.length).toBeGreaterThan(0);
  }
  expect(late).toBeLessThan(5);
  expect(cluster.simulation.now - began).toBeLessThan(5_000);
});
