/** A bucket on any executor: makes requests of calls, and results of replies. */
import type { Change } from '../../protocols/versions/index.ts';
import { call } from './call.ts';
import { coordinatorIn, decodeContext } from './context.ts';
import { contextText, foundIn } from './found.ts';
import { CounterOnKey, type KeyedCalls, MapOnKey, MaxOnKey, SetOnKey } from './handles.ts';
import type {
  Bucket,
  Context,
  CounterHandle,
  Found,
  Key,
  MapHandle,
  MaxHandle,
  Page,
  PutOptions,
  ReadOptions,
  ScanOptions,
  SetHandle,
  Value,
  WatchOptions,
  WriteOptions,
  Written,
} from './interface.ts';
import { decodeKey, encodeKey } from './key.ts';
import { many } from './many.ts';
import { contextBytes, cursorBytes, pageSizeOf, quorumOf, strictOf, timeoutOf, tokenText, ttlOf } from './options.ts';
import type { ChangeReply, ChangeRequest, GetReply, GetRequest, KvExecutor, ListReply, ListRequest } from './requests.ts';
import { placeOf } from './storage-key.ts';
import { encodeValue } from './value.ts';
import { watchKey } from './watching/index.ts';

/** Values that `entries` holds ahead of its reader, at most: keys come by the thousand, but values may be large. */
const ENTRIES_AHEAD = 64;

export class BucketOnExecutor implements Bucket, KeyedCalls {
  readonly name: string;
  readonly #executor: KvExecutor;

  constructor(executor: KvExecutor, name: string) {
    this.#executor = executor;
    this.name = name;
  }

  get(key: Key, options: ReadOptions = {}): Promise<Found> {
    return this.read(key, options, foundIn);
  }

  put(key: Key, value: Value, options: PutOptions = {}): Promise<Written> {
    return this.change(key, options, () => putOf(value, options));
  }

  async delete(key: Key, options: WriteOptions = {}): Promise<Written> {
    const { context, signal, strict = false, w } = options;
    if (context !== undefined) return this.change(key, options, deleteOf);
    // Before the read: a W out of range must not be found out only after it.
    quorumOf('w', w);
    const readOptions = { strict, timeoutMs: timeoutOf(options), ...(signal === undefined ? {} : { signal }) };
    const { isAtomic, context: seen } = await this.get(key, readOptions);
    return this.change(key, isAtomic ? options : { ...options, context: seen }, deleteOf);
  }

  watch(key: Key, options: WatchOptions = {}): AsyncIterable<Found> {
    return watchKey(this.#executor, this.name, encodeKey(key), options);
  }

  getMany(keys: Iterable<Key>, options: Omit<ReadOptions, 'context'> = {}): Promise<readonly Found[]> {
    const make = (key: Key): GetRequest => this.#getRequest(key, options);
    return many({ executor: this.#executor, items: keys, signal: options.signal, make, take: foundIn });
  }

  putMany(entries: Iterable<readonly [Key, Value]>, options: Omit<PutOptions, 'context'> = {}): Promise<readonly Written[]> {
    const make = ([key, value]: readonly [Key, Value]): ChangeRequest => this.#changeRequest(key, options, putOf(value, options));
    return many({ executor: this.#executor, items: entries, signal: options.signal, make, take: writtenIn });
  }

  async *keys(options: ScanOptions = {}): AsyncGenerator<string, void, undefined> {
    for await (const { keys } of this.#pages(options)) for (const key of keys) yield decodeKey(key);
  }

  async *entries(
    options: ScanOptions & Omit<ReadOptions, 'context'> = {},
  ): AsyncGenerator<readonly [string, Found], void, undefined> {
    for await (const { keys } of this.#pages(options)) {
      for (let start = 0; start < keys.length; start += ENTRIES_AHEAD) {
        const some = keys.slice(start, start + ENTRIES_AHEAD);
        const found = await this.getMany(some, options);
        for (const [index, key] of some.entries()) {
          const entry = found[index];
          // Deleted since it was listed.
          if (entry !== undefined && entry.values.length > 0) yield [decodeKey(key), entry];
        }
      }
    }
  }

  page(cursor: string | undefined, options: ScanOptions = {}): Promise<Page> {
    const make = (): ListRequest => ({
      kind: 'list',
      bucket: this.name,
      cursor: cursorBytes(cursor),
      limit: pageSizeOf(options.pageSize),
      timeoutMs: timeoutOf(options),
    });
    return call(this.#executor, options.signal, make, pageIn);
  }

  async *#pages(options: ScanOptions): AsyncGenerator<Page, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.page(cursor, options);
      yield page;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  set(key: Key): SetHandle {
    return new SetOnKey(this, key);
  }

  counter(key: Key): CounterHandle {
    return new CounterOnKey(this, key);
  }

  map(key: Key): MapHandle {
    return new MapOnKey(this, key);
  }

  max(key: Key): MaxHandle {
    return new MaxOnKey(this, key);
  }

  read<Result>(key: Key, options: ReadOptions, take: (reply: GetReply) => Result): Promise<Result> {
    return call(this.#executor, options.signal, () => this.#getRequest(key, options), take);
  }

  change(key: Key, options: WriteOptions, make: () => Change): Promise<Written> {
    return call(this.#executor, options.signal, () => this.#changeRequest(key, options, make()), writtenIn);
  }

  #getRequest(key: Key, options: ReadOptions): GetRequest {
    return {
      kind: 'get',
      bucket: this.name,
      key: encodeKey(key),
      r: quorumOf('r', options.r),
      timeoutMs: timeoutOf(options),
      strict: strictOf(options.strict),
      coordinator: coordinatorFor(this.name, key, options.context),
    };
  }

  #changeRequest(key: Key, options: WriteOptions, change: Change): ChangeRequest {
    return {
      kind: 'change',
      bucket: this.name,
      key: encodeKey(key),
      context: contextBytes(options.context),
      change,
      w: quorumOf('w', options.w),
      timeoutMs: timeoutOf(options),
      strict: strictOf(options.strict),
    };
  }
}

/** Whom a read with that context should ask. @throws QuorateError `bad-context` */
function coordinatorFor(bucket: string, key: Key, context: Context | undefined): string | undefined {
  const bytes = contextBytes(context);
  if (bytes === undefined) return undefined;
  decodeContext(bytes, placeOf(bucket, encodeKey(key), () => 0).position);
  return coordinatorIn(bytes);
}

function putOf(value: Value, options: PutOptions): Change {
  const { contentType, bytes } = encodeValue(value, options.contentType);
  return { kind: 'put', contentType, value: bytes, ttlMs: ttlOf(options.ttlMs) };
}

function deleteOf(): Change {
  return { kind: 'delete' };
}

function writtenIn({ context }: ChangeReply): Written {
  return { context: context === undefined ? undefined : contextText(context) };
}

function pageIn({ keys, cursor }: ListReply): Page {
  return { keys, cursor: cursor === undefined ? undefined : tokenText(cursor) };
}
