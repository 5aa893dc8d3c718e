/**
 * What a bucket promises, and the limits of a cluster. Checked once, where they enter; everything behind relies on it.
 */
import { majority } from '../../protocols/register/index.ts';
import { POLICIES, type Policy } from '../../protocols/versions/index.ts';
import { QuorateError } from '../../runtime/errors/index.ts';

/** When a replica acknowledges: after fsync, or once the write is in its buffer (one replica of the N still writes durably). */
export const DURABILITIES = ['disk', 'memory'] as const;
export type Durability = (typeof DURABILITIES)[number];

/** What reads may miss: `eventual`, as the Dynamo paper has it; `atomic`: nothing, each key is a linearizable register (`atomic/`). */
export const CONSISTENCIES = ['eventual', 'atomic'] as const;
export type Consistency = (typeof CONSISTENCIES)[number];

/** The conflict policies that a bucket may have; `register` is that of atomic buckets and cannot be chosen. */
export const CONFLICTS = POLICIES.filter((policy) => policy !== 'register');

export interface BucketSettings {
  /** Replicas of each key, 1 .. 16. */
  readonly n: number;
  /** Replicas that must answer a read, 1 .. n. */
  readonly r: number;
  /** Replicas that must store a write, 1 .. n. */
  readonly w: number;
  readonly durability: Durability;
  /** How concurrent writes come together. */
  readonly conflict: Policy;
  /** Fixed for the life of a bucket. Default `eventual`. Of an atomic bucket only `n` can be chosen besides. */
  readonly consistency?: Consistency;
  /** How long each value of a bucket of policy `siblings` or `latest` can be read, unless its put says otherwise. Default: for ever. */
  readonly ttlMs?: number;
}

export interface Limits {
  /** Of a key, at most; 1 .. 1,024. */
  readonly keyBytes: number;
  /** Of a value, at most; 1 .. 8,323,072: a record with it is half a frame. */
  readonly valueBytes: number;
}

/** The paper's common configuration (section 6). */
export const DEFAULT_SETTINGS: BucketSettings = { n: 3, r: 2, w: 2, durability: 'disk', conflict: 'siblings' };
export const DEFAULT_LIMITS: Limits = { keyBytes: 1024, valueBytes: 1024 * 1024 };

/** Named choices of N, R and W from the Dynamo paper, sections 6 and 6.1. */
export const PRESETS = {
  default: { n: 3, r: 2, w: 2 },
  'read-optimised': { n: 3, r: 1, w: 3 },
  'always-writable': { n: 3, r: 2, w: 1 },
} as const satisfies Record<string, Pick<BucketSettings, 'n' | 'r' | 'w'>>;
export type Preset = keyof typeof PRESETS;

const MAX_REPLICAS = 16;

/** Ten years. */
const MOST_TTL_MS = 315_360_000_000;
export const TTL_RULE = `it must be a whole number of milliseconds from 1 to ${MOST_TTL_MS}`;
/** The conflict policies whose values may expire. Parts of a set, a map or a number have no end of their own. */
export const EXPIRING: readonly Policy[] = ['siblings', 'latest'];

export function isTtl(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MOST_TTL_MS;
}
const BUCKET_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** What may be said of a bucket; the rest comes from the preset and the defaults. */
export type BucketOptions = Partial<BucketSettings> & { readonly preset?: Preset };

/** @throws QuorateError `bad-configuration` naming the bucket, the value and the rule. */
export function bucketSettings(
  name: string,
  options: BucketOptions,
  defaults: BucketSettings = DEFAULT_SETTINGS,
): BucketSettings {
  const { preset, ...own } = options;
  if (preset !== undefined && !Object.hasOwn(PRESETS, preset)) {
    throw badSettings(name, `preset '${preset}' is none of ${Object.keys(PRESETS).join(', ')}`);
  }
  if (own.consistency !== undefined) checkChoice(name, 'consistency', own.consistency, CONSISTENCIES);
  if ((own.consistency ?? defaults.consistency) === 'atomic') return atomicSettings(name, options, defaults);
  const settings = { ...defaults, ...(preset === undefined ? {} : PRESETS[preset]), ...own };
  checkCount(name, 'n', settings.n, MAX_REPLICAS);
  checkCount(name, 'r', settings.r, settings.n);
  checkCount(name, 'w', settings.w, settings.n);
  checkChoice(name, 'durability', settings.durability, DURABILITIES);
  checkChoice(name, 'conflict', settings.conflict, CONFLICTS);
  checkTtl(name, settings);
  return settings;
}

/** @throws QuorateError `bad-configuration` for what an atomic bucket has no choice in. */
function atomicSettings(name: string, { preset, ...own }: BucketOptions, defaults: BucketSettings): BucketSettings {
  if (name === '*') throw badSettings(name, `consistency='atomic', which is for buckets that are named, not for all others`);
  const chosen = {
    preset,
    r: own.r,
    w: own.w,
    ttlMs: own.ttlMs,
    durability: own.durability === 'disk' ? undefined : own.durability,
  };
  const conflict = own.conflict === 'register' ? undefined : own.conflict;
  const given = Object.entries({ ...chosen, conflict }).find(([, value]) => value !== undefined);
  if (given !== undefined) {
    const why = 'an atomic bucket reads and writes by a majority of its replicas, on disk, and keeps one value';
    throw badSettings(name, `${given[0]}=${given[1]}, but consistency='atomic': ${why}`);
  }
  const n = own.n ?? defaults.n;
  checkCount(name, 'n', n, MAX_REPLICAS);
  const quorum = majority(n);
  return { n, r: quorum, w: quorum, durability: 'disk', conflict: 'register', consistency: 'atomic' };
}

function checkCount(bucket: string, what: 'n' | 'r' | 'w', value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw badSettings(bucket, `${what}=${value}, but it must be a whole number from 1 to ${what === 'n' ? most : `n=${most}`}`);
}

function checkTtl(bucket: string, { ttlMs, conflict }: BucketSettings): void {
  if (ttlMs === undefined) return;
  if (!isTtl(ttlMs)) throw badSettings(bucket, `ttlMs=${ttlMs}, but ${TTL_RULE}`);
  if (!EXPIRING.includes(conflict)) throw badSettings(bucket, `ttlMs=${ttlMs}, but only values of ${EXPIRING.join(', ')} expire`);
}

function checkChoice(bucket: string, what: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw badSettings(bucket, `${what}='${value}', which is none of ${choices.join(', ')}`);
}

function badSettings(bucket: string, problem: string): QuorateError {
  return new QuorateError({
    code: 'bad-configuration',
    message: `Bucket '${bucket}' has ${problem}.`,
    outcome: 'not-applied',
    next: 'Correct the bucket in the configuration.',
    data: { bucket },
  });
}

/** @throws QuorateError `bad-bucket` */
export function checkBucketName(name: string): void {
  if (BUCKET_NAME.test(name)) return;
  throw new QuorateError({
    code: 'bad-bucket',
    message: `'${name}' is no bucket name: 1 to 63 of a-z 0-9 . _ - with a letter or digit first.`,
    outcome: 'not-applied',
    next: 'Choose another name.',
    data: { bucket: name },
  });
}
