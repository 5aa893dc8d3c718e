import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { keyHistoryText } from '../../src/apps/command-line/kv-history.ts';
import { metersText } from '../../src/apps/command-line/meters.ts';
import { WAITING_SEATS_TOPIC, type WaitingSeat, waitingPartitions, waitingSeatsIn } from '../../src/apps/waiting-seats/index.ts';
import { Distances } from '../../src/runtime/simulated/index.ts';
import type { Json } from '../../src/stores/kv/index.ts';
import { SmallCluster } from './small-cluster-for-tests.ts';

const PLAIN = picocolors.createColors(false);
const BUCKETS = { last: { conflict: 'latest' } } as const;

async function history(cluster: SmallCluster, bucket: string, key: string): Promise<Record<string, Json>> {
  return { ...((await cluster.until(cluster.quorate.administration.order('key-history', { bucket, key }))) as object) };
}

describe('the history of a key', () => {
  test('shows who has which version, who differs, and who repaired whom', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { simulation, quorate } = cluster;
    const kv = quorate.kv.bucket('plain');
    const { context } = await cluster.until(kv.put('a', 'one', { w: 3 }));
    expect(keyHistoryText(await history(cluster, 'plain', 'a'), PLAIN)).toContain('all home replicas agree');
    simulation.crash('n3');
    await cluster.pass(500);
    await cluster.until(kv.put('a', 'two', { strict: true, ...(context === undefined ? {} : { context }) }));
    expect(keyHistoryText(await history(cluster, 'plain', 'a'), PLAIN)).toContain('the home replicas differ');
    // Before the replicas compare their trees by themselves.
    simulation.restart('n3');
    await cluster.pass(300);
    for (let reads = 0; reads < 100; reads++) await cluster.until(kv.get('a'));
    await cluster.pass(1_000);
    const text = keyHistoryText(await history(cluster, 'plain', 'a'), PLAIN);
    expect(text).toContain('all home replicas agree');
    expect(text).toContain('3 bytes, text/plain');
  });

  test('names who does not answer, and refuses what is no key', async () => {
    const cluster = new SmallCluster(BUCKETS);
    cluster.simulation.crash('n2');
    await cluster.pass(1_000);
    await cluster.until(cluster.quorate.kv.bucket('plain').put('a', 'one'));
    expect(keyHistoryText(await history(cluster, 'plain', 'a'), PLAIN)).toContain('no answer');
    await expect(cluster.until(cluster.quorate.administration.order('key-history', { bucket: 'plain' }))).rejects.toMatchObject({
      code: 'bad-request',
    });
  });
});

describe('why', () => {
  test('a key, or hints, cannot go on: the node that is away', async () => {
    const cluster = new SmallCluster(BUCKETS, 4);
    const { simulation, quorate } = cluster;
    simulation.crash('n2');
    await cluster.pass(1_000);
    const keys = Array.from({ length: 20 }, (_unused, index) => `key ${index}`);
    await cluster.until(quorate.kv.bucket('plain').putMany(keys.map((key) => [key, 'one'] as const)));
    const told: Json[] = [];
    for (const key of keys) {
      const answer = await cluster.until(quorate.administration.ask('why', { subject: 'key', of: { bucket: 'plain', key } }));
      if (Array.isArray(answer)) told.push(...answer);
    }
    expect(JSON.stringify(told)).toContain('the replica at n2');
    const hints: Json[] = [];
    for (let asked = 0; asked < 12; asked++) {
      const answer = await cluster.until(quorate.administration.ask('why', 'hint'));
      if (Array.isArray(answer)) hints.push(...answer);
    }
    expect(JSON.stringify(hints)).toMatch(/hints for n2","waitsFor":"the target is down/);
  });

  test('a repair is not done: the partner that is away, or silent, what differs, and nothing when all are in step', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { administration, kv } = cluster.connect('client of n1', ['n1:7401']);
    const why = async (of?: Json): Promise<string> =>
      JSON.stringify(await cluster.until(administration.ask('why', of === undefined ? 'repair' : { subject: 'repair', of })));
    await cluster.pass(20_000);
    expect(await why()).toBe('[]');
    await expect(why('n9')).rejects.toMatchObject({ message: expect.stringContaining('shares partitions with n2, n3') });

    cluster.simulation.crash('n3');
    await cluster.pass(2_000);
    expect(await why()).toMatch(/8 partitions with n3, last done \d+ s ago","waitsFor":"n3 to answer n1"/);
    expect(await why('n2')).toBe('[]');
    for (let key = 0; key < 300; key++)
      await cluster.until(kv.bucket('plain').put(`key ${key}`, 'x'.repeat(200), { strict: true }));
    const names = ['n1', 'n2', 'n3'];
    cluster.simulation.network.setDistances(Distances.equal((name) => name, names, 200));
    cluster.simulation.restart('n3');
    const behind = cluster.connect('client of n3', ['n3:7401']).administration;
    const told = new Set<string>();
    for (let step = 0; step < 200; step++) {
      await cluster.pass(30);
      told.add(JSON.stringify(await cluster.until(behind.ask('why', 'repair'))));
    }
    expect([...told].join()).toMatch(
      /[1-8] of 8 partitions that differ from those of n[12]; \d+ records have travelled","waitsFor":"the exchanges with n/,
    );
    await cluster.pass(60_000);
    expect(await why()).toBe('[]');
    await cluster.until(administration.order('background-pause', 'anti-entropy'));
    expect(await why()).toMatch(/an administrator has paused them","next":"Order background-resume for 'anti-entropy'/);
    await cluster.until(administration.order('background-resume', 'anti-entropy'));

    cluster.simulation.process('n3').pause();
    await cluster.pass(10_000);
    expect(await why()).toMatch(/n3 to answer, asked \d+ s ago/);
    await cluster.pass(12_000);
    expect(await why()).toMatch(/n3 to answer(, asked \d+ s ago| what it is asked: it did not, or not well, [12] times| n1)/);
    cluster.simulation.process('n3').resume();
    await cluster.pass(30_000);
    expect(await why()).toBe('[]');
  });

  test('the registers of a partition are silent: the seats that have lost them, and whom they wait for', async () => {
    const cluster = new SmallCluster({ leases: { consistency: 'atomic' } });
    const { simulation, quorate } = cluster;
    const leases = quorate.kv.bucket('leases');
    await cluster.pass(2_000);
    await cluster.until(leases.put('a', 'mine'));
    const ask = async (name: string): Promise<string> => {
      const { administration } = cluster.connect(`client of ${name} at ${simulation.now}`, [`${name}:7401`]);
      return JSON.stringify(
        await cluster.until(administration.ask('why', { subject: 'key', of: { bucket: 'leases', key: 'a' } })),
      );
    };
    expect(await ask('n2')).toBe('[]');
    for (const name of ['n2', 'n3']) {
      simulation.process(name).crash({ powerLoss: true });
      simulation.process(name).disk.wipe();
    }
    for (const name of ['n2', 'n3']) simulation.process(name).restart();
    await cluster.pass(20_000);
    await expect(cluster.until(leases.get('a', { timeoutMs: 1_000 }))).rejects.toMatchObject({ outcome: 'not-applied' });
    expect(await ask('n2')).toMatch(
      /seat \d of 3 of the registers of partition \d+, at n2, .*waitsFor":"2 of the holders .*n3.*backup/,
    );
    expect(await ask('n1')).toBe('[]');
    const seats: WaitingSeat[] = [];
    for (const name of ['n1', 'n2', 'n3']) {
      const { administration } = cluster.connect(`status of ${name}`, [`${name}:7401`]);
      seats.push(...waitingSeatsIn(await cluster.until(administration.ask(WAITING_SEATS_TOPIC))));
    }
    expect(waitingPartitions(seats)).toEqual({ silent: [0, 1, 2, 3, 4, 5, 6, 7], incomplete: [] });
  });

  test('asked of what nobody explains says what can be asked', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const asked = cluster.quorate.administration.ask('why', 'weather');
    await expect(cluster.until(asked)).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('hint') });
  });
});

describe('the meters', () => {
  test('are fed by the reads that ask all replicas', async () => {
    const cluster = new SmallCluster(BUCKETS);
    const kv = cluster.quorate.kv.bucket('plain');
    await cluster.until(kv.put('a', 'one', { w: 3 }));
    for (let reads = 0; reads < 100; reads++) await cluster.until(kv.get('a'));
    const rows: Json[] = [];
    for (let asked = 0; asked < 9; asked++) {
      const answer = await cluster.until(cluster.quorate.administration.ask('staleness'));
      if (Array.isArray(answer)) rows.push(...answer);
    }
    expect(rows).toContainEqual(expect.objectContaining({ n: 3, r: 1, w: 2, staleShare: 0 }));
  });

  test("count what 'latest' drops unseen, with its key", async () => {
    const cluster = new SmallCluster(BUCKETS);
    const { simulation, quorate } = cluster;
    const left = quorate.kv.bucket('last');
    const { context } = await cluster.until(left.put('a', 'one', { w: 3 }));
    await cluster.until(left.put('a', 'two', { w: 3 }));
    await cluster.until(left.put('a', 'three', { w: 3, ...(context === undefined ? {} : { context }) }));
    const told: string[] = [];
    for (let asked = 0; asked < 9; asked++) {
      const losses = await cluster.until(quorate.administration.ask('losses'));
      told.push(metersText({ staleness: [], losses }, PLAIN));
    }
    expect(told.some((text) => text.includes('unseen: 1; lately of last/a'))).toBe(true);
    expect(simulation.now).toBeGreaterThan(0);
  });
});
