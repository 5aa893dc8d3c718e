/**
 * The public interface of the store: the same for an embedded node and for a cluster.
 *
 * Order of parameters everywhere: key, then value, then options.
 */

/** Text is taken as UTF-8. At least one byte; at most 1 KiB unless the cluster says otherwise. */
export type Key = string | Uint8Array;

/** JSON as JavaScript has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * What can be stored. Bytes are kept as they are (`application/octet-stream`), text as `text/plain`, anything else as
 * `application/json`; `contentType` in the options overrides the type.
 */
export type Value = Uint8Array | string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

declare const context: unique symbol;
/** What a read has seen, for the write that follows it. Opaque text; bound to one key. */
export type Context = string & { readonly [context]: true };

/** One version of a value. */
export interface StoredValue {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** When it expires, in milliseconds since 1970; `undefined` for never. */
  readonly expiresAt: number | undefined;
  /** The bytes as UTF-8. @throws QuorateError `bad-value` if they are not. */
  text(): string;
  /** The bytes as JSON. The caller asserts the type; nothing checks it. @throws QuorateError `bad-value` if they are not JSON. */
  json<Type = unknown>(): Type;
}

/** All versions that no other supersedes: none for a key without a value, several after concurrent writes. */
export interface Found {
  readonly values: readonly StoredValue[];
  /** Give it to the write that replaces what was read. */
  readonly context: Context;
  /** Whether its bucket is atomic: the key is read and written as a whole, and writes take no context. */
  readonly isAtomic: boolean;
  /** The only value, or `undefined` for none. @throws QuorateError `siblings` if there are several to choose from. */
  readonly value: StoredValue | undefined;
}

export interface Written {
  /**
   * Has seen this write and what it superseded: the writer's next write can use it without reading. `undefined` when the key
   * has concurrent versions that the writer has not seen: read them first, so that none is lost unread.
   */
  readonly context: Context | undefined;
}

export interface CallOptions {
  /** Milliseconds until the call fails with `timeout`, 1 .. 3,600,000. Default 5,000. */
  readonly timeoutMs?: number;
  /** Stop waiting. What was begun may still happen. The call rejects with `aborted`. */
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** Replicas that must answer, 1 .. n. Default: the bucket's. */
  readonly r?: number;
  /** Ask home replicas only, nobody who stands in for one that is down. Default false. */
  readonly strict?: boolean;
  /**
   * What was read or written before. Who coordinated that is asked, as long as it is a home of the key and can be reached: so even with R=1 and W=1
   * a read sees what its caller wrote.
   */
  readonly context?: Context;
}

export interface ChangeOptions extends CallOptions {
  /** Replicas that must store the change, 1 .. n. Default: the bucket's. */
  readonly w?: number;
  /** Let home replicas store it only, nobody who stands in for one that is down. Default false. */
  readonly strict?: boolean;
}

export interface WriteOptions extends ChangeOptions {
  /** The write supersedes what this context has seen, and nothing else. Without it, it becomes a sibling of what is there. */
  readonly context?: Context;
}

export interface PutOptions extends WriteOptions {
  /** Media type, printable ASCII, at most 255 characters. */
  readonly contentType?: string;
  /**
   * How long the value can be read, in whole milliseconds, 1 .. 315,360,000,000 (ten years). Default: the bucket's, or for ever. For buckets
   * of policy `siblings` or `latest`. Clocks decide: where they differ by so much, so may the moment of its end.
   */
  readonly ttlMs?: number;
}

export interface WatchOptions {
  /** Stop watching: the iteration rejects with `aborted`. Leaving the loop stops as well. */
  readonly signal?: AbortSignal;
}

export interface ScanOptions extends CallOptions {
  /** Keys per round trip, 1 .. 10,000. Default 1,000. `timeoutMs` holds per round trip. */
  readonly pageSize?: number;
}

export interface Page {
  readonly keys: readonly Uint8Array[];
  /** Give it to the next call; `undefined` on the last page. */
  readonly cursor: string | undefined;
}

/** Keys and values under common rules: how many replicas, how durable, how conflicts resolve. */
export interface Bucket {
  readonly name: string;

  get(key: Key, options?: ReadOptions): Promise<Found>;
  put(key: Key, value: Value, options?: PutOptions): Promise<Written>;
  /** With a context: deletes what it has seen. Without: reads first, and deletes what that read saw. */
  delete(key: Key, options?: WriteOptions): Promise<Written>;

  /**
   * The states of a key: the present one, then each that differs in its values. Changes that follow each other quickly may come as one; the
   * last one always comes, and never a state that one before had superseded. Goes on over lost connections and failed nodes, for as
   * long as it takes; after a failure, or while a partition hides a write from a majority, a change comes some seconds late.
   */
  watch(key: Key, options?: WatchOptions): AsyncIterable<Found>;

  /** In the order of the keys. All are under way at once, within the client's limits; the first failure rejects. */
  getMany(keys: Iterable<Key>, options?: Omit<ReadOptions, 'context'>): Promise<readonly Found[]>;
  /** As `getMany`; after a failure, some may be written. */
  putMany(entries: Iterable<readonly [Key, Value]>, options?: Omit<PutOptions, 'context'>): Promise<readonly Written[]>;

  /** Every key that has a value, in no useful order: a scan of every partition. Keys written meanwhile may be missing. */
  keys(options?: ScanOptions): AsyncIterable<string>;
  /** As `keys`, each with what a read of it finds. */
  entries(options?: ScanOptions & Omit<ReadOptions, 'context'>): AsyncIterable<readonly [string, Found]>;
  /** One page of `keys`, as bytes. */
  page(cursor: string | undefined, options?: ScanOptions): Promise<Page>;

  /** For buckets of conflict policy `set`. */
  set(key: Key): SetHandle;
  /** For buckets of conflict policy `counter`. */
  counter(key: Key): CounterHandle;
  /** For buckets of conflict policy `map`. */
  map(key: Key): MapHandle;
  /** For buckets of conflict policy `max`. */
  max(key: Key): MaxHandle;
}

/** An observed-remove set of texts: a concurrent add survives a remove. */
export interface SetHandle {
  values(options?: ReadOptions): Promise<ReadonlySet<string>>;
  add(elements: Iterable<string>, options?: ChangeOptions): Promise<Written>;
  remove(elements: Iterable<string>, options?: ChangeOptions): Promise<Written>;
}

/** A counter that goes up and down; concurrent increments all count. Exact up to 2^53. */
export interface CounterHandle {
  value(options?: ReadOptions): Promise<number>;
  /** Not safe to repeat after a failure with outcome `unknown`: it may count twice. */
  add(amount: number, options?: ChangeOptions): Promise<Written>;
}

/** A map from field to value; per field the latest write wins, and a concurrent put survives a delete. */
export interface MapHandle {
  entries(options?: ReadOptions): Promise<ReadonlyMap<string, StoredValue>>;
  put(field: string, value: Value, options?: ChangeOptions): Promise<Written>;
  delete(field: string, options?: ChangeOptions): Promise<Written>;
}

/** The greatest number ever given. */
export interface MaxHandle {
  value(options?: ReadOptions): Promise<number | undefined>;
  raise(to: number, options?: ChangeOptions): Promise<Written>;
}

export interface Kv {
  /** @throws QuorateError `bad-bucket` if that is no name of a bucket. Buckets need no creation. */
  bucket(name: string): Bucket;
}

/** A node as the answering node sees it. */
export interface NodeStatus {
  readonly name: string;
  readonly address: string;
  readonly host: string;
  readonly zone: string;
  readonly weight: number;
  /** Whether the answering node can talk to it now. */
  readonly up: boolean;
  /** Share of the ring it is the first owner of, 0 .. 1. */
  readonly share: number;
}

export interface ClusterStatus {
  readonly cluster: string;
  readonly answeredBy: string;
  readonly version: string;
  readonly partitions: number;
  readonly nodes: readonly NodeStatus[];
  /** Of the answering node itself: whoever waits to join, or was removed, serves nothing. A node always tells. */
  readonly standing?: 'member' | 'waiting' | 'removed';
  /** Settings of the named buckets, and of all others under `*`. */
  readonly buckets: Readonly<
    Record<
      string,
      { readonly n: number; readonly r: number; readonly w: number; readonly durability: string; readonly conflict: string }
    >
  >;
}

/** The preference list of every partition, by node name. */
export interface RingDescription {
  readonly partitions: number;
  readonly version: string;
  readonly nodes: readonly string[];
  /** Per partition, indices into `nodes`: the preference list, home replicas first. */
  readonly preferenceLists: readonly (readonly number[])[];
  /** Decisions and moves that have led to it: of two rings the one with more is the later. Nodes of an earlier version do not tell. */
  readonly changes?: number;
}

/**
 * What an administrator asks and orders, of whichever node answers. Topics and commands are those of the command line
 * (`quorate cluster ...`), which checks their answers; here they are plain JSON.
 */
export interface Administration {
  /** @throws QuorateError `unknown-topic` */
  ask(topic: string, argument?: Json, options?: CallOptions): Promise<Json>;
  /** Not repeated by itself when its outcome is unknown. @throws QuorateError `unknown-command`, and what the command refuses. */
  order(command: string, argument?: Json, options?: CallOptions): Promise<Json>;
}

/** An open Quorate, embedded or connected. */
export interface Quorate extends AsyncDisposable {
  readonly kv: Kv;
  readonly administration: Administration;
  status(options?: CallOptions): Promise<ClusterStatus>;
  ring(options?: CallOptions): Promise<RingDescription>;
  /** Finish what is under way, then release everything. Idempotent. */
  close(): Promise<void>;
}
