/** What the processes of a register say to each other. */
import type { ProcessId } from '../process/index.ts';
import type { Timestamp, Version } from './timestamp.ts';

/** Names an operation: who asked for it, and its number among that client's. Made by {@link operationId}. */
export type OperationId = string;

export function operationId(client: ProcessId, request: number): OperationId {
  return `${client}.${request}`;
}

export type RegisterMessage<Value> =
  /** A client to any server. A client numbers its requests, and gives no number twice. */
  | { readonly kind: 'read'; readonly request: number }
  | { readonly kind: 'write'; readonly request: number; readonly value: Value }
  /** The server to its client. */
  | { readonly kind: 'read-done'; readonly request: number; readonly value: Value | undefined }
  | { readonly kind: 'write-done'; readonly request: number }
  /** The coordinating server to the replicas, and their answers. The notes: "read", "time, value", "write(T, x)", "ack". */
  | { readonly kind: 'query'; readonly operation: OperationId }
  | { readonly kind: 'answer'; readonly operation: OperationId; readonly version: Version<Value> }
  | { readonly kind: 'record'; readonly operation: OperationId; readonly version: Version<Value> }
  | { readonly kind: 'recorded'; readonly operation: OperationId; readonly timestamp: Timestamp };
