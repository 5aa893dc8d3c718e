import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/apps/client/index.ts';
import { describeKv } from './describe-kv.ts';
import { type Cluster, startThreeNodes } from './three-nodes.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startThreeNodes('contract');
});
afterAll(() => cluster.stop());

describeKv('on a cluster of three nodes', () => connect(cluster.addresses, { clusterName: cluster.name }));

describe('connect', () => {
  it('learns the other nodes from the one it knows', async () => {
    await using quorate = await connect(cluster.addresses.slice(0, 1));
    const answeredBy = new Set<string>();
    // Requests go to the nodes in turn, once the links are open.
    while (answeredBy.size < 3) answeredBy.add((await quorate.status()).answeredBy);
    expect([...answeredBy].sort()).toEqual(['n1', 'n2', 'n3']);
  });

  it('asks the given node and no other when told not to discover the others', async () => {
    await using quorate = await connect(cluster.addresses.slice(1, 2), { discover: false });
    await quorate.kv.bucket('plain').put('alone', 1);
    for (let turn = 0; turn < 20; turn++) expect((await quorate.status()).answeredBy).toBe('n2');
    await expect(connect(cluster.addresses, { discover: 1 as never })).rejects.toMatchObject({ code: 'bad-option' });
  });

  it('says which address failed and why', async () => {
    const failed = connect([`${cluster.addresses[0]}-nobody`], { timeoutMs: 50 });
    await expect(failed).rejects.toMatchObject({
      code: 'no-node-reachable',
      outcome: 'not-applied',
      data: { addresses: [`${cluster.addresses[0]}-nobody`], reasons: [expect.stringMatching(/^unreachable: /)] },
    });
  });

  it('gives up at once when every address is that of another cluster', async () => {
    const failed = connect(cluster.addresses, { clusterName: 'production', timeoutMs: 3_600_000 });
    await expect(failed).rejects.toMatchObject({ code: 'no-node-reachable', message: expect.stringContaining("'production'") });
  });

  it.each([
    ['no address', [], {}, 'bad-option'],
    ['an address without a port', ['localhost'], {}, 'address-invalid'],
    ['a cluster name that cannot be said', ['localhost:1'], { clusterName: 'ü' }, 'bad-option'],
    ['a time limit out of range', ['localhost:1'], { timeoutMs: -1 }, 'bad-option'],
  ] as const)('refuses %s', async (_what, addresses, options, code) => {
    await expect(connect(addresses, options)).rejects.toMatchObject({ code, outcome: 'not-applied' });
  });

  it('can be aborted', async () => {
    const controller = new AbortController();
    const connecting = connect([`${cluster.addresses[0]}-nobody`], { signal: controller.signal });
    controller.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('quorums', () => {
  it('can be asked for per call', async () => {
    await using quorate = await connect(cluster.addresses);
    const bucket = quorate.kv.bucket('quorums');
    await bucket.put('key', 'value', { w: 3 });
    expect((await bucket.get('key', { r: 3 })).value?.text()).toBe('value');
    await expect(bucket.get('key', { r: 4 })).rejects.toMatchObject({ code: 'impossible-quorum', data: { n: 3 } });
  });
});

describe('a node that stops', () => {
  it('is not noticed by reads, nor by writes that come after', async () => {
    const own = await startThreeNodes('losing');
    await using quorate = await connect(own.addresses);
    const bucket = quorate.kv.bucket('b');
    const keys = Array.from({ length: 50 }, (_unused, index) => `key ${index}`);
    await bucket.putMany(keys.map((key) => [key, key] as const));
    const reading = bucket.getMany(Array.from({ length: 40 }, () => keys).flat());
    const stopping = own.nodes[0]?.stop();
    expect((await reading).map((found) => found.value?.text())).toEqual(Array.from({ length: 40 }, () => keys).flat());
    await stopping;
    expect((await bucket.getMany(keys)).map((found) => found.value?.text())).toEqual(keys);
    await bucket.putMany(keys.map((key) => [key, 'again'] as const));
    await own.stop();
  });
});
