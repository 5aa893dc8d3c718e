/** `quorate`: embedded in this process, or connected to a cluster. */

export type { BucketOptions, BucketSettings, Durability, Limits, Preset } from '../../stores/kv/index.ts';
export type * from '../client/index.ts';
export { connect, QuorateError } from '../client/index.ts';
export { type OpenOptions, open } from './open.ts';
