import { openLmdbEngine, openMemoryEngine } from '../../runtime/engines/index.ts';
import { realWorld } from '../../runtime/real/index.ts';
import type { World } from '../../runtime/world/index.ts';
import {
  type BucketOptions,
  type BucketSettings,
  badOption,
  bucketSettings,
  checkBucketName,
  createQuorate,
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  KvNode,
  type Limits,
  type NodeConfiguration,
  type Quorate,
} from '../../stores/kv/index.ts';

/** How to open an embedded Quorate. */
export interface OpenOptions {
  /**
   * Where the data is kept; made if missing, and locked: one process at a time. **Without it everything is in memory only and gone
   * with `close` or the process.**
   */
  readonly directory?: string;
  /**
   * Settings of buckets by name: `durability` and `conflict`; the others get the defaults. An embedded node is its own only
   * replica, so `n` is 1 whatever is said here; an `r` or `w` above 1 (also that of a preset) is an error.
   */
  readonly buckets?: Readonly<Record<string, BucketOptions>>;
  /** `keyBytes`: 1 .. 1,024, default 1,024. `valueBytes`: 1 .. 8,323,072, default 1,048,576. */
  readonly limits?: Partial<Limits>;
}

/** Of the directory's owner; every embedded one has the same, so that a directory can be moved. */
const NAME = 'embedded';
const PARTITIONS = 256;
/** A caller in the same process is slowed down by its own memory, hardly by this. */
const MAX_IN_FLIGHT = 65_536;
const MOST_KEY_BYTES = 1_024;
/** As in a cluster, where a record takes half a frame at most, so that two of them can be merged. */
const MOST_VALUE_BYTES = 8 * 1024 * 1024 - 64 * 1024;

const DEFAULTS: BucketSettings = { ...DEFAULT_SETTINGS, n: 1, r: 1, w: 1 };

/**
 * Open a Quorate inside this process: one node, no network, the same interface as a cluster's. With a `directory` its data is
 * durable; without one it is in memory only.
 *
 * @throws QuorateError `bad-configuration`, `bad-bucket`, `bad-option`; of the directory `directory-in-use`,
 * `directory-not-writable`, `data-damaged`, `disk-full`, `disk-failed`, `wrong-format`, `wrong-node`. Nothing has been changed then.
 */
export async function open(options: OpenOptions = {}): Promise<Quorate> {
  const configuration = embeddedConfiguration(options);
  const world = realWorld();
  const engine = await openEngine(options.directory, world);
  const node = new KvNode({ ...world, engine }, configuration);
  try {
    await node.start();
  } catch (error) {
    await engine.close();
    throw error;
  }
  return createQuorate(node, () => node.stop());
}

function openEngine(directory: string | undefined, world: World): ReturnType<typeof openLmdbEngine> {
  if (directory === undefined) return Promise.resolve(openMemoryEngine(world));
  if (typeof directory === 'string' && directory !== '') return openLmdbEngine({ directory });
  throw badOption('directory', directory, 'it must be the path of a directory; leave it out to keep everything in memory');
}

function embeddedConfiguration({ buckets = {}, limits = {} }: OpenOptions): NodeConfiguration {
  const { keyBytes = DEFAULT_LIMITS.keyBytes, valueBytes = DEFAULT_LIMITS.valueBytes } = limits;
  checkLimit('limits.keyBytes', keyBytes, MOST_KEY_BYTES);
  checkLimit('limits.valueBytes', valueBytes, MOST_VALUE_BYTES);
  return {
    clusterName: NAME,
    nodeName: NAME,
    partitions: PARTITIONS,
    members: [{ name: NAME, address: undefined, host: NAME, zone: NAME, weight: 1 }],
    defaults: DEFAULTS,
    buckets: new Map(
      Object.entries(buckets).map(([name, bucketOptions]) => {
        checkBucketName(name);
        return [name, bucketSettings(name, { ...bucketOptions, n: 1 }, DEFAULTS)] as const;
      }),
    ),
    limits: { keyBytes, valueBytes },
    maxInFlight: MAX_IN_FLIGHT,
  };
}

function checkLimit(option: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw badOption(option, value, `it must be a whole number from 1 to ${most}`);
}
