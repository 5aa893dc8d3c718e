/** Sets, counters, maps and maxima over HTTP: a GET answers their value as JSON, a POST changes them. */
import type { Bucket, BucketSettings, ChangeOptions, Key, Limits, ReadOptions, Value, Written } from '../../stores/kv/index.ts';
import { readJsonObject } from './body.ts';
import { badRequest } from './problem.ts';
import { shownField } from './representation.ts';

/** `undefined` for a bucket of plain values; a `value` of `undefined` for a maximum that was never given. */
export async function readStructure(
  bucket: Bucket,
  conflict: BucketSettings['conflict'],
  key: Key,
  options: ReadOptions,
): Promise<{ readonly value: unknown } | undefined> {
  switch (conflict) {
    case 'siblings':
    case 'latest':
    case 'register':
      return undefined;
    case 'set':
      return { value: [...(await bucket.set(key).values(options))].sort() };
    case 'counter':
      return { value: await bucket.counter(key).value(options) };
    case 'max':
      return { value: await bucket.max(key).value(options) };
    case 'map': {
      const entries = await bucket.map(key).entries(options);
      return { value: Object.fromEntries([...entries].map(([field, value]) => [field, shownField(value)])) };
    }
  }
}

const CHANGES = ['add', 'remove', 'increment', 'raise', 'putField', 'deleteField'] as const;

/** Beside the values themselves, JSON spends bytes on quotes, escapes and the change's name. */
const JSON_OVERHEAD = 6;
const JSON_FRAME_BYTES = 4_096;

/** The body is an object of exactly one change. Whether the bucket takes it, the store decides (`wrong-change`). */
export async function changeStructure(
  bucket: Bucket,
  key: Key,
  request: Request,
  limits: Limits,
  options: ChangeOptions,
): Promise<Written> {
  const body = await readJsonObject(request, limits.valueBytes * JSON_OVERHEAD + JSON_FRAME_BYTES);
  const names = Object.keys(body);
  const change = CHANGES.find((name) => name === names[0]);
  if (change === undefined || names.length !== 1) {
    throw badRequest(`has a body of ${names.join(', ') || 'nothing'}; it must have exactly one of ${CHANGES.join(', ')}`);
  }
  const value = body[change];
  switch (change) {
    case 'add':
      return bucket.set(key).add(texts(change, value), options);
    case 'remove':
      return bucket.set(key).remove(texts(change, value), options);
    case 'increment':
      return bucket.counter(key).add(finite(change, value), options);
    case 'raise':
      return bucket.max(key).raise(finite(change, value), options);
    case 'putField': {
      const { name, value: stored } = fieldAndValue(value);
      return bucket.map(key).put(name, stored, options);
    }
    case 'deleteField':
      if (typeof value !== 'string') throw badRequest("has a 'deleteField' that is no text");
      return bucket.map(key).delete(value, options);
  }
}

function texts(change: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
    throw badRequest(`has a '${change}' that is no list of texts`);
  }
  return value;
}

function finite(change: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badRequest(`has '${change}' that is no number`);
  return value;
}

function fieldAndValue(change: unknown): { readonly name: string; readonly value: Value } {
  if (typeof change === 'object' && change !== null && 'name' in change && 'value' in change) {
    const { name, value } = change;
    // What JSON.parse yields is JSON.
    if (typeof name === 'string' && Object.keys(change).length === 2) return { name, value: value as Value };
  }
  throw badRequest(`has a 'putField' that is not of the form {"name": text, "value": JSON}`);
}
