/**
 * A register is written at two of three nodes; one of the two loses its disk while the other one is down, and the third, which has missed the write, comes back.
 * Two nodes are there, a majority, and neither has what was acknowledged. The rules that keep them from answering
 * (`protocols/register-seats`), broken one at a time.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Claim from '../../src/protocols/register-seats/claim.ts';
import type * as Standing from '../../src/protocols/register-seats/standing.ts';
import { decodeRecord } from '../../src/protocols/versions/index.ts';
import { bucketSettings } from '../../src/stores/kv/index.ts';
import type * as Nodes from '../../src/stores/kv/membership/clusters-for-tests.ts';

const STANDING = '../../src/protocols/register-seats/standing.ts';
const CLAIM = '../../src/protocols/register-seats/claim.ts';
const NAMES = ['n1', 'n2', 'n3'];
const BUCKET = 'registers';
const BUCKETS = new Map([[BUCKET, bucketSettings(BUCKET, { consistency: 'atomic' })]]);
const KEY = new TextEncoder().encode('key');

/** @returns what is read while the one node that has it is down, and when it is back. */
async function readings(): Promise<{ readonly meanwhile: string; readonly afterwards: string }> {
  const { TestNodes }: typeof Nodes = await import('../../src/stores/kv/membership/clusters-for-tests.ts');
  const nodes = new TestNodes();
  const process = (name: string) => nodes.simulation.process(name);
  for (const name of NAMES) nodes.start(name, NAMES, { buckets: BUCKETS });
  nodes.runFor(2_000);
  process('n3').crash();
  const change = { kind: 'put', contentType: '', value: new TextEncoder().encode('written') } as const;
  const put = { kind: 'change', bucket: BUCKET, key: KEY, context: undefined, change, w: 0, timeoutMs: 5_000 } as const;
  expect(nodes.request('n1', put)).toMatchObject({ kind: 'change' });
  for (const name of ['n1', 'n2']) process(name).crash({ powerLoss: true });
  process('n2').disk.wipe();
  for (const name of ['n2', 'n3']) process(name).restart();
  nodes.runFor(5_000);
  const meanwhile = read(nodes);
  process('n1').restart();
  nodes.runFor(15_000);
  return { meanwhile, afterwards: read(nodes) };
}

/** Through the node that has missed the write. */
function read(nodes: InstanceType<typeof Nodes.TestNodes>): string {
  const reply = nodes.request('n3', { kind: 'get', bucket: BUCKET, key: KEY, r: 0, timeoutMs: 1_000 });
  // Not of the class that this file would see: the cluster's modules are loaded anew.
  if (reply instanceof Error) return 'no answer';
  const value = reply.kind === 'get' && reply.record !== undefined ? decodeRecord(reply.record).versions[0]?.value : undefined;
  return value === undefined ? 'nothing' : new TextDecoder().decode(value);
}

describe('a register that only a node that is down has', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  afterEach(() => {
    for (const file of [STANDING, CLAIM]) vi.doUnmock(file);
  });

  test('is not answered for, and is read when that node is back', async () => {
    expect(await readings()).toEqual({ meanwhile: 'no answer', afterwards: 'written' });
  });

  test('is said never to have been written, if a node answers for its seat whether it is fit or not', async () => {
    vi.doMock(STANDING, async (original) => {
      const rules = await original<typeof Standing>();
      const judge: typeof rules.judge = (addressed, known, own, self) => {
        const verdict = rules.judge(addressed, known, own, self);
        return verdict === 'unfit' && known[addressed.place]?.holder === self ? 'answer' : verdict;
      };
      return { ...rules, judge };
    });
    expect((await readings()).meanwhile).toBe('nothing');
  });

  test('is said never to have been written, if a seat is made whole from one other', async () => {
    vi.doMock(CLAIM, async (original) => ({
      ...(await original<typeof Claim>()),
      isComplete: (claim: Claim.Claim) => claim.grants.size > 0,
    }));
    expect((await readings()).meanwhile).toBe('nothing');
  });
});
