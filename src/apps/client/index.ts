/** `quorate/client`: talk to a cluster. Loads no storage engine and no native module. */

export type { ErrorData, ErrorDescription, Outcome } from '../../runtime/errors/index.ts';
export { QuorateError } from '../../runtime/errors/index.ts';
export type {
  Bucket,
  CallOptions,
  ChangeOptions,
  ClusterStatus,
  ConnectOptions,
  Context,
  CounterHandle,
  Found,
  Json,
  Key,
  Kv,
  MapHandle,
  MaxHandle,
  NodeStatus,
  Page,
  PutOptions,
  Quorate,
  ReadOptions,
  RingDescription,
  ScanOptions,
  SetHandle,
  StoredValue,
  Value,
  WriteOptions,
  Written,
} from '../../stores/kv/client/index.ts';
export { connect } from './connect.ts';
