export { type BackupEntry, decodeEntries, encodeEntries } from './backup/index.ts';
export { badOption } from './caller-errors.ts';
export type { MemberConfiguration, NodeConfiguration } from './configuration.ts';
export { describeKvFrame } from './describe-frame.ts';
export { contextIn } from './found.ts';
export type * from './interface.ts';
export { createKv } from './kv.ts';
export { KvNode } from './node.ts';
export type { KvObserver } from './observer.ts';
export { createQuorate } from './quorate.ts';
export type { ChangeRequest, GetReply, KvExecutor, KvRequest } from './requests.ts';
export {
  type BucketOptions,
  type BucketSettings,
  bucketSettings,
  CONFLICTS,
  CONSISTENCIES,
  checkBucketName,
  DEFAULT_LIMITS,
  DEFAULT_SETTINGS,
  DURABILITIES,
  type Durability,
  type Limits,
  PRESETS,
  type Preset,
} from './settings.ts';
export { partitionOfKey } from './storage-key.ts';
