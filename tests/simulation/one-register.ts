/** One register of an atomic bucket, written and read through the nodes of a small simulated cluster. */
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { bucketSettings } from '../../src/stores/kv/index.ts';
import type { TestNodes } from '../../src/stores/kv/membership/clusters-for-tests.ts';

const BUCKET = 'registers';
/** Of the nodes' configuration. */
export const BUCKETS = new Map([[BUCKET, bucketSettings(BUCKET, { consistency: 'atomic' })]]);
const KEY = new TextEncoder().encode('key');

export function write(cluster: TestNodes, through: string, text: string): ReturnType<TestNodes['request']> {
  const change = { kind: 'put', contentType: '', value: new TextEncoder().encode(text) } as const;
  const put = { kind: 'change', bucket: BUCKET, key: KEY, context: undefined, change, w: 0, timeoutMs: 2_000 } as const;
  return cluster.request(through, put);
}

/** @returns what it reads, or that there is no answer, or nothing. */
export function read(cluster: TestNodes, through: string): string {
  const reply = cluster.request(through, { kind: 'get', bucket: BUCKET, key: KEY, r: 0, timeoutMs: 1_000 });
  if (reply instanceof Error) return 'no answer';
  const value = reply.kind === 'get' && reply.record !== undefined ? decodeRecord(reply.record).versions[0]?.value : undefined;
  return value === undefined ? 'nothing' : new TextDecoder().decode(value);
}
