/** Three nodes in this process, on real sockets and in memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { openMemoryEngine } from '../../src/runtime/engines/index.ts';
import { realWorld } from '../../src/runtime/real/index.ts';
import { bucketSettings, DEFAULT_LIMITS, DEFAULT_SETTINGS, KvNode } from '../../src/stores/kv/index.ts';
import { CONTRACT_BUCKETS } from './describe-kv.ts';

export interface Cluster {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly nodes: readonly KvNode[];
  stop(): Promise<void>;
}

export async function startThreeNodes(name: string): Promise<Cluster> {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-'));
  const members = ['n1', 'n2', 'n3'].map((nodeName) => ({
    name: nodeName,
    address: `unix:${join(directory, nodeName)}`,
    host: `host-of-${nodeName}`,
    zone: 'here',
    weight: 1,
  }));
  const nodes = members.map((member) => {
    const world = realWorld();
    const configuration = {
      clusterName: name,
      nodeName: member.name,
      partitions: 64,
      members,
      defaults: DEFAULT_SETTINGS,
      buckets: new Map(
        Object.entries(CONTRACT_BUCKETS).map(([bucket, options]) => [bucket, bucketSettings(bucket, options)] as const),
      ),
      limits: DEFAULT_LIMITS,
      maxInFlight: 4_096,
    };
    return new KvNode({ ...world, engine: openMemoryEngine(world) }, configuration);
  });
  await Promise.all(nodes.map((node) => node.start()));
  const everyoneUp = 3;
  await vi.waitFor(
    () => {
      // Each has the links of both others.
      if (nodes.some((node) => !node.ready() || node.linkCount < everyoneUp - 1)) throw new Error('the nodes are not linked yet');
    },
    { interval: 5, timeout: 5_000 },
  );
  return {
    name,
    addresses: members.map(({ address }) => address),
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
