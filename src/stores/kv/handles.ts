/** Sets, counters, maps and maxima: what their readers make of the versions, see `protocols/versions/policy.ts`. */
import { type Change, latestPerField, numberOf, type Policy, type Version } from '../../protocols/versions/index.ts';
import { badValue, malformedReply, wrongHandle } from './caller-errors.ts';
import { versionsIn } from './found.ts';
import type {
  ChangeOptions,
  CounterHandle,
  Key,
  MapHandle,
  MaxHandle,
  ReadOptions,
  SetHandle,
  StoredValue,
  Value,
  Written,
} from './interface.ts';
import { decodeText, encodeName } from './key.ts';
import type { GetReply } from './requests.ts';
import { encodeValue, storedValue } from './value.ts';

/** Elements in one change: what its count of 16 bits can tell. */
const MAX_ELEMENTS = 0xffff;

/** What a handle needs of its bucket. */
export interface KeyedCalls {
  readonly name: string;
  read<Result>(key: Key, options: ReadOptions, take: (reply: GetReply) => Result): Promise<Result>;
  change(key: Key, options: ChangeOptions, make: () => Change): Promise<Written>;
}

class Handle {
  readonly #bucket: KeyedCalls;
  readonly #key: Key;

  constructor(bucket: KeyedCalls, key: Key) {
    this.#bucket = bucket;
    this.#key = key;
  }

  protected read<Result>(policy: Policy, options: ReadOptions, make: (versions: readonly Version[]) => Result): Promise<Result> {
    return this.#bucket.read(this.#key, options, (reply) => {
      if (reply.conflict !== policy) throw wrongHandle(policy, this.#bucket.name, reply.conflict);
      return make(versionsIn(reply).versions);
    });
  }

  protected change(options: ChangeOptions, make: () => Change): Promise<Written> {
    return this.#bucket.change(this.#key, options, make);
  }
}

export class SetOnKey extends Handle implements SetHandle {
  values(options: ReadOptions = {}): Promise<ReadonlySet<string>> {
    return this.read('set', options, (versions) => new Set(versions.map((version) => nameOf(version))));
  }

  add(elements: Iterable<string>, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => ({ kind: 'add', elements: encodeElements(elements) }));
  }

  remove(elements: Iterable<string>, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => ({ kind: 'remove', elements: encodeElements(elements) }));
  }
}

function encodeElements(elements: Iterable<string>): readonly Uint8Array[] {
  // A text is an iterable of texts too: its characters would be added one by one.
  if (typeof elements === 'string') throw badValue('is one text where a list of elements is expected');
  const encoded = Array.from(elements, (element) => encodeName('element', element));
  if (encoded.length > MAX_ELEMENTS) throw badValue(`has ${encoded.length} elements; one change takes ${MAX_ELEMENTS}`);
  return encoded;
}

export class CounterOnKey extends Handle implements CounterHandle {
  value(options: ReadOptions = {}): Promise<number> {
    return this.read('counter', options, (versions) => versions.reduce((sum, version) => sum + numberIn(version), 0));
  }

  add(amount: number, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => ({ kind: 'increment', amount: finite(amount) }));
  }
}

export class MapOnKey extends Handle implements MapHandle {
  entries(options: ReadOptions = {}): Promise<ReadonlyMap<string, StoredValue>> {
    return this.read('map', options, (versions) => {
      return new Map(latestPerField(versions).map((version) => [nameOf(version), storedValue(version)] as const));
    });
  }

  put(field: string, value: Value, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => {
      const { contentType, bytes } = encodeValue(value);
      return { kind: 'put-field', field: encodeName('field', field), contentType, value: bytes };
    });
  }

  delete(field: string, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => ({ kind: 'delete-field', field: encodeName('field', field) }));
  }
}

export class MaxOnKey extends Handle implements MaxHandle {
  value(options: ReadOptions = {}): Promise<number | undefined> {
    return this.read('max', options, (versions) => (versions.length === 0 ? undefined : Math.max(...versions.map(numberIn))));
  }

  raise(to: number, options: ChangeOptions = {}): Promise<Written> {
    return this.change(options, () => ({ kind: 'raise', to: finite(to) }));
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw badValue(`${String(value)} is not a finite number`);
}

function numberIn(version: Version): number {
  try {
    return numberOf(version);
  } catch (error) {
    if (error instanceof RangeError) throw malformedReply('number', error.message, error);
    throw error;
  }
}

function nameOf({ field }: Version): string {
  const name = decodeText(field);
  if (name === undefined) throw badValue(`has the element or field 0x${Buffer.from(field).toString('hex')}, which is not UTF-8`);
  return name;
}
