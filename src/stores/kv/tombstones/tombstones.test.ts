import { describe, expect, test } from 'vitest';
import { Cluster, DATA, INDEX } from './cluster-for-tests.ts';

/** Anti-entropy, hints, and eras enough. */
const A_WHILE_MS = 30_000;

const THREE = ['n1', 'n2', 'n3'];
interface Told {
  readonly tombstones: number;
  readonly collected: number;
  readonly missing: readonly string[];
}

describe('tombstones', () => {
  test.each(['b', 'last'])('go from all disks when every home has them (bucket %s)', (bucket) => {
    const cluster = new Cluster(THREE);
    for (let index = 0; index < 20; index++) cluster.put('n1', bucket, `key ${index}`);
    for (let index = 0; index < 20; index++) cluster.remove('n2', bucket, `key ${index}`);
    expect(cluster.total(DATA)).toBeGreaterThanOrEqual(40);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    expect(cluster.total(INDEX)).toBe(0);
    const told = THREE.map((name) => cluster.ask<Told>(name, 'tombstones'));
    expect(told.reduce((sum, { collected }) => sum + collected, 0)).toBe(20);
  });

  test('cost nothing once there are none: no node sends a frame for them', () => {
    const cluster = new Cluster(THREE, { antiEntropy: false });
    cluster.put('n1', 'b', 'key');
    cluster.remove('n1', 'b', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    const { era } = cluster.ask<{ era: number }>('n1', 'tombstones');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.ask<{ era: number }>('n1', 'tombstones').era).toBe(era);
  });

  test('stay while a home is down, say so, and go when it is back: what it missed does not return', () => {
    const cluster = new Cluster(THREE);
    for (let index = 0; index < 10; index++) cluster.put('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(1_000);
    cluster.simulation.crash('n3');
    for (let index = 0; index < 10; index++) cluster.remove('n1', 'b', `key ${index}`);
    cluster.simulation.runFor(600_000);
    expect(cluster.entries('n1', DATA)).toBe(10);
    expect(cluster.ask<Told>('n1', 'tombstones')).toMatchObject({ collected: 0, missing: ['n3'] });
    const [why] = cluster
      .ask<{ waitsFor: string }[]>('n1', 'why', { subject: 'key', of: { bucket: 'b', key: 'key 3' } })
      .slice(-1);
    expect(why?.waitsFor).toContain('n3');
    cluster.simulation.restart('n3');
    cluster.simulation.runFor(2 * A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    for (let index = 0; index < 10; index++) expect(cluster.get('n3', 'b', `key ${index}`, 1)).toBeUndefined();
  });

  test('stay while a stand-in holds a hint, though it is no home', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3', 'n4', 'n5']);
    const keys = Array.from({ length: 30 }, (_unused, index) => `key ${index}`);
    for (const key of keys) cluster.put('n1', 'b', key);
    cluster.simulation.runFor(1_000);
    cluster.simulation.crash('n5');
    cluster.simulation.runFor(1_000);
    for (const key of keys) cluster.put('n1', 'b', key);
    for (const key of keys) cluster.remove('n1', 'b', key);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(0x06)).toBeGreaterThan(0);
    expect(cluster.total(DATA)).toBeGreaterThan(0);
    cluster.simulation.restart('n5');
    cluster.simulation.runFor(3 * A_WHILE_MS);
    expect(cluster.total(0x06)).toBe(0);
    expect(cluster.total(DATA)).toBe(0);
  });

  test('a key that was deleted and forgotten is written anew', () => {
    const cluster = new Cluster(THREE);
    cluster.put('n1', 'last', 'key');
    cluster.remove('n1', 'last', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    cluster.put('n2', 'last', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(3);
    expect(cluster.get('n3', 'last', 'key', 1)).toBeDefined();
  });
});
