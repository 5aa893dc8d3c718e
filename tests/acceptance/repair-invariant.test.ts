/** Number 12 of what a store of this family must keep; the others: `fourteen-invariants.test.ts`. */
import { describe, expect, test } from 'vitest';
import { SmallCluster } from '../simulation/small-cluster-for-tests.ts';

const RECONNECTED_MS = 15_000;
const DATA_SPACE = 0x01;

/** All records of a node's disk, byte for byte. */
function rawDisk(cluster: SmallCluster, name: string): string {
  const data = cluster.simulation.process(name).disk.content.filter(({ key }) => key[0] === DATA_SPACE);
  return data.map(({ key, value }) => `${Buffer.from(key).toString('hex')}=${Buffer.from(value).toString('hex')}`).join();
}

describe('invariant', () => {
  test('12. Repair is idempotent, equal replicas exchange one message each way, and bit rot is found', async () => {
    const sent: string[] = [];
    const cluster = new SmallCluster({}, 3, (line) => {
      const kind = / sent to n\d: (0x[4c][0-9a-f])#/.exec(line)?.[1];
      if (kind !== undefined) sent.push(kind);
    });
    const bucket = cluster.quorate.kv.bucket('b');
    const names = cluster.cluster.names;
    const disks = (): readonly string[] => names.map((name) => rawDisk(cluster, name));
    const messagesOf = async (rounds: number): Promise<Record<string, number>> => {
      sent.length = 0;
      await cluster.pass(rounds * 1_000);
      return Object.fromEntries([...new Set(sent)].sort().map((kind) => [kind, sent.filter((one) => one === kind).length]));
    };
    const write = async (count: number): Promise<void> => {
      for (let key = 0; key < count; key++) await cluster.until(bucket.put(`key ${key}`, `value ${key}`, { w: 3 }));
      await cluster.pass(RECONNECTED_MS);
    };

    await write(5);
    const ofFew = await messagesOf(20);
    await write(300);
    const ofMany = await messagesOf(20);
    // A question and an answer a round, whatever the replicas hold.
    for (const messages of [ofFew, ofMany]) {
      expect(Object.keys(messages)).toEqual(['0x40', '0xc0']);
      // Three nodes, of which each begins a round every half second to second.
      expect(messages['0x40']).toBeLessThanOrEqual(3 * 41);
    }

    cluster.simulation.process('n3').crash({ powerLoss: true });
    await cluster.pass(1_000);
    const others = cluster.connect('client of the others', ['n1:7401', 'n2:7401']).kv.bucket('b');
    await cluster.pass(500);
    for (let key = 0; key < 100; key++) await cluster.until(others.put(`key ${key}`, `newer ${key}`, { strict: true }));
    cluster.simulation.process('n3').restart();
    await cluster.pass(4 * RECONNECTED_MS);
    const repaired = disks();
    expect(new Set(repaired).size).toBe(1);
    // Repaired again, by rounds and by reads of all: nothing changes, nothing travels.
    for (let key = 0; key < 100; key++) await cluster.until(bucket.get(`key ${key}`, { r: 3, timeoutMs: 20_000 }));
    expect(Object.keys(await messagesOf(30))).toEqual(['0x40', '0xc0']);
    expect(disks()).toEqual(repaired);

    const { disk } = cluster.simulation.process('n2');
    disk.flipBit(disk.content.find(({ key }) => key[0] === DATA_SPACE)?.key);
    expect(disks()).not.toEqual(repaired);
    await cluster.pass(180_000);
    expect(disks()).toEqual(repaired);
  }, 60_000);
});
