/** Keys and values over HTTP. docs/http.md describes it for users, openapi.ts for programs. */
import type { Hono } from 'hono';
import type { Bucket, BucketSettings, Found, Kv, Limits, Written } from '../../stores/kv/index.ts';
import { shownKey } from '../representation/index.ts';
import { readBody } from './body.ts';
import { noValue, problemResponse } from './problem.ts';
import { jsonResponse, siblingsResponse, valueResponse } from './representation.ts';
import { bucketAndKey, CONTEXT_HEADER, callOptions, contextOf, numberOptions, quorumOptions } from './request-options.ts';
import { changeStructure, readStructure } from './structures.ts';
import { watchResponse } from './watch.ts';

export interface KvRoutesOptions {
  readonly kv: Kv;
  readonly settingsOf: (bucket: string) => BucketSettings;
  readonly limits: Limits;
}

const UNTYPED = 'application/octet-stream';

export function addKvRoutes(app: Hono, options: KvRoutesOptions): void {
  const { kv, settingsOf, limits } = options;

  app.get('/kv/:bucket', async (c) => {
    const { bucket } = bucketAndKey(c.req.path);
    return list(kv.bucket(bucket), new URL(c.req.url));
  });
  app.get('/kv/:bucket/:key{.*}', async (c) => {
    const { bucket, key } = bucketAndKey(c.req.path);
    const url = new URL(c.req.url);
    if (url.searchParams.has('watch')) {
      numberOptions(url, [], ['watch']);
      return watchResponse(kv.bucket(bucket), key);
    }
    const readOptions = { ...quorumOptions(url, 'r'), ...contextOf(c.req.raw.headers) };
    const { conflict } = settingsOf(bucket);
    const structure = await readStructure(kv.bucket(bucket), conflict, key, readOptions);
    if (structure === undefined)
      return foundResponse(bucket, await kv.bucket(bucket).get(key, readOptions), c.req.header('accept'));
    return structure.value === undefined ? problemResponse(noValue(bucket)) : jsonResponse(structure.value);
  });
  app.put('/kv/:bucket/:key{.*}', async (c) => {
    const { bucket, key } = bucketAndKey(c.req.path);
    const writeOptions = quorumOptions(new URL(c.req.url), 'w', 'ttl');
    const target = kv.bucket(bucket);
    const bytes = await readBody(c.req.raw, limits.valueBytes);
    const contentType = c.req.header('content-type') ?? UNTYPED;
    const written = await target.put(key, bytes, { ...writeOptions, ...contextOf(c.req.raw.headers), contentType });
    return writtenResponse(written);
  });
  app.delete('/kv/:bucket/:key{.*}', async (c) => {
    const { bucket, key } = bucketAndKey(c.req.path);
    const writeOptions = quorumOptions(new URL(c.req.url), 'w');
    const written = await kv.bucket(bucket).delete(key, { ...writeOptions, ...contextOf(c.req.raw.headers) });
    return writtenResponse(written);
  });
  app.post('/kv/:bucket/:key{.*}', async (c) => {
    const { bucket, key } = bucketAndKey(c.req.path);
    const writeOptions = quorumOptions(new URL(c.req.url), 'w');
    const written = await changeStructure(kv.bucket(bucket), key, c.req.raw, limits, writeOptions);
    return writtenResponse(written);
  });
}

function writtenResponse({ context }: Written): Response {
  return new Response(null, { status: 204, headers: context === undefined ? {} : { [CONTEXT_HEADER]: context } });
}

function foundResponse(bucket: string, found: Found, accept = ''): Response {
  const [first, ...others] = found.values;
  if (first === undefined) return problemResponse(noValue(bucket), { [CONTEXT_HEADER]: found.context });
  return others.length > 0 ? siblingsResponse(found, accept) : valueResponse(first, found);
}

async function list(bucket: Bucket, url: URL): Promise<Response> {
  const { limit, ...rest } = callOptions(numberOptions(url, ['limit', 'timeout'], ['cursor']));
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await bucket.page(cursor, { ...rest, ...(limit === undefined ? {} : { pageSize: limit }) });
  return jsonResponse({ keys: page.keys.map(shownKey), ...(page.cursor === undefined ? {} : { cursor: page.cursor }) });
}
