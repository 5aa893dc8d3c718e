/** A disk from before deletions that have been forgotten: an old copy that was put back. */
import { beforeEach, describe, expect, test } from 'vitest';
import { Cluster, DATA } from './cluster-for-tests.ts';

/** Anti-entropy, hints, and eras enough. */
const A_WHILE_MS = 30_000;
const THREE = ['n1', 'n2', 'n3'];

describe('of a disk from the past', () => {
  test.each([
    ['before a forgotten deletion', 1],
    ['before the first deletion that was ever forgotten', 0],
  ])('a disk from %s brings nothing back, and its node says what is to be done', (_what, collectedBefore) => {
    const cluster = new Cluster(THREE);
    if (collectedBefore > 0) {
      cluster.put('n1', 'b', 'first');
      cluster.remove('n1', 'b', 'first');
      cluster.simulation.runFor(A_WHILE_MS);
    }
    cluster.put('n1', 'b', 'key');
    cluster.simulation.runFor(1_000);
    const old = cluster.copyOfDisk('n3');
    cluster.remove('n1', 'b', 'key');
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    cluster.putBack('n3', old);
    cluster.put('n1', 'b', 'another');
    cluster.remove('n1', 'b', 'another');
    cluster.simulation.runFor(A_WHILE_MS);
    // One in sixteen reads asks all replicas, to repair them.
    for (let read = 0; read < 32; read++) expect(cluster.get('n1', 'b', 'key', read % 2 === 0 ? 1 : 2)).toBeUndefined();
    cluster.simulation.runFor(1_000);
    // The tombstone that waits for n3.
    expect(['n1', 'n2'].map((name) => cluster.entries(name, DATA))).toEqual([1, 1]);
    expect(cluster.get('n3', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.get('n1', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.get('n2', 'b', 'key', 1)).toBeUndefined();
    expect(cluster.ask('n3', 'tombstones')).toMatchObject({ hasMissedEras: true });
  });

  test.each([
    ['brings into step', true],
    ['hands over', false],
  ])('a disk from the past is known by what it %s, though nobody asks anything and no era begins', (_how, antiEntropy) => {
    const cluster = new Cluster(['n1', 'n2', 'n3', 'n4'], { antiEntropy });
    cluster.simulation.crash('n4');
    cluster.simulation.runFor(1_000);
    const keys = Array.from({ length: 10 }, (_unused, index) => `key ${index}`);
    for (const key of keys) cluster.put('n1', 'b', key);
    cluster.simulation.runFor(1_000);
    const old = cluster.copyOfDisk('n3');
    expect(cluster.entries('n3', 0x06)).toBeGreaterThan(0);
    cluster.simulation.restart('n4');
    cluster.simulation.runFor(A_WHILE_MS);
    for (const key of keys) cluster.remove('n1', 'b', key);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.total(DATA)).toBe(0);
    cluster.putBack('n3', old);
    cluster.simulation.runFor(A_WHILE_MS);
    expect(cluster.ask('n3', 'tombstones')).toMatchObject({ hasMissedEras: true });
    expect(['n1', 'n2', 'n4'].map((name) => cluster.entries(name, DATA))).toEqual([0, 0, 0]);
  });

  describe('a disk from the past, as soon as its node is back', () => {
    const FOUR = ['n1', 'n2', 'n3', 'n4'];
    const keys = Array.from({ length: 20 }, (_unused, index) => `key ${index}`);
    let cluster: Cluster;

    beforeEach(() => {
      cluster = new Cluster(FOUR);
      for (const key of keys) cluster.put('n1', 'one', key);
      cluster.put('n1', 'one', 'live');
      cluster.simulation.runFor(1_000);
      const old = cluster.copyOfDisk('n3');
      for (const key of keys) cluster.remove('n1', 'one', key);
      cluster.simulation.runFor(A_WHILE_MS);
      expect(cluster.total(DATA)).toBe(3);
      cluster.putBack('n3', old);
      expect(cluster.entries('n3', DATA)).toBeGreaterThan(5);
    });

    /** What the node says before it has a link to any other that could answer in its place. */
    function orTooFew<Found>(found: () => Found): Found | undefined {
      try {
        return found();
      } catch (error) {
        expect(error).toMatchObject({ code: 'not-enough-replicas', outcome: 'not-applied' });
        return undefined;
      }
    }

    test('answers no read with R=1', () => {
      for (const key of keys) expect(orTooFew(() => cluster.get('n3', 'one', key, 1))).toBeUndefined();
      cluster.simulation.runFor(1_000);
      for (const key of keys) expect(cluster.get('n3', 'one', key, 1)).toBeUndefined();
      expect(cluster.get('n3', 'one', 'live', 1)).toBeDefined();
    });

    test('answers no listing with R=1, wherever it is asked for', () => {
      for (const name of ['n1', 'n2', 'n4']) expect(cluster.list(name, 'one')).toEqual(['live']);
      expect(orTooFew(() => cluster.list('n3', 'one')) ?? ['live']).toEqual(['live']);
      cluster.simulation.runFor(1_000);
      for (const name of FOUR) expect(cluster.list(name, 'one')).toEqual(['live']);
    });

    test.each(['n1', 'n3'])('is in no backup that %s makes', (maker) => {
      cluster.simulation.runFor(1_000);
      const pages = Array.from({ length: 8 }, (_unused, partition) => cluster.order(maker, 'backup-page', { partition }));
      const backup = pages.map(({ entries }) => Buffer.from(entries, 'base64').toString('latin1')).join();
      expect(backup).toContain('live');
      for (const key of keys) expect(backup).not.toContain(key);
    });
  });

  test('a disk from the past is known as soon as its node is back, though those whose names come first are away', () => {
    const names = Array.from({ length: 8 }, (_unused, index) => `n${index + 1}`);
    const cluster = new Cluster(names);
    const keys = Array.from({ length: 10 }, (_unused, index) => `key ${index}`);
    for (const key of keys) cluster.put('n8', 'one', key);
    cluster.simulation.runFor(1_000);
    expect(cluster.entries('n8', DATA)).toBeGreaterThan(0);
    const old = cluster.copyOfDisk('n8');
    for (const key of keys) cluster.remove('n8', 'one', key);
    cluster.simulation.runFor(A_WHILE_MS);
    for (const name of names.slice(0, 6)) cluster.simulation.crash(name);
    cluster.putBack('n8', old);
    cluster.simulation.runFor(200);
    expect(cluster.ask('n8', 'tombstones')).toMatchObject({ hasMissedEras: true });
  });

  test('a disk that missed nothing is read, though nobody else is there', () => {
    const cluster = new Cluster(THREE);
    cluster.put('n1', 'one', 'key');
    cluster.simulation.runFor(1_000);
    for (const name of THREE) cluster.simulation.crash(name);
    cluster.simulation.restart('n3');
    expect(cluster.get('n3', 'one', 'key', 1)).toBeDefined();
  });

  test('an empty disk is nobody’s past: its node takes part at once, after another restart too', () => {
    const cluster = new Cluster(THREE);
    cluster.put('n1', 'b', 'first');
    cluster.remove('n1', 'b', 'first');
    cluster.simulation.runFor(A_WHILE_MS);
    cluster.putBack('n3', []);
    cluster.simulation.runFor(50);
    for (let index = 0; index < 10; index++) cluster.put('n3', 'b', `key ${index}`);
    cluster.simulation.crash('n3');
    cluster.simulation.restart('n3');
    // What was stored at the first node alone comes to the others.
    cluster.simulation.runFor(5_000);
    for (let index = 0; index < 10; index++) cluster.remove('n2', 'b', `key ${index}`);
    cluster.simulation.runFor(2 * A_WHILE_MS);
    expect(cluster.ask('n3', 'tombstones')).toMatchObject({ hasMissedEras: false });
    expect(cluster.total(DATA)).toBe(0);
  });
});
