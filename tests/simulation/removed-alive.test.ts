/**
 * A node that is removed though it is alive lets its records go as soon as another one has them. It may not have heard of who has its seat by then: by what it
 * knows it is its own, and it has been fit for it all the time. So it gives up its word before its records (`protocols/register-seats`, docs/decisions/0087).
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Standing from '../../src/protocols/register-seats/standing.ts';
import type * as Nodes from '../../src/stores/kv/membership/clusters-for-tests.ts';
import { BUCKETS, read, write } from './one-register.ts';

type Cluster = InstanceType<typeof Nodes.TestNodes>;

const STANDING = '../../src/protocols/register-seats/standing.ts';
/** The first three have the one partition that there is. */
const [REMOVED, KEEPER, ASLEEP, HEIR] = ['n1', 'n2', 'n3', 'n4'] as const;
const NAMES = [REMOVED, KEEPER, ASLEEP, HEIR];

interface Told {
  /** Through the node that has slept, while nobody else is there but the one that was removed. */
  readonly readAsleep: string;
  /** When all are back, but for the one that was removed. */
  readonly readAtLast: string;
}

/** @param isDiskLost - of the only one that still has what was written last: then nobody may answer any more */
async function tell({ isDiskLost }: { readonly isDiskLost: boolean }): Promise<Told> {
  const { TestNodes }: typeof Nodes = await import('../../src/stores/kv/membership/clusters-for-tests.ts');
  const cluster = new TestNodes();
  const process = (name: string) => cluster.simulation.process(name);
  for (const name of NAMES) cluster.start(name, NAMES, { buckets: BUCKETS, partitions: 1 });
  cluster.runFor(2_000);
  expect(write(cluster, KEEPER, 'first')).toMatchObject({ kind: 'change' });
  cluster.runFor(1_000);
  for (const name of [ASLEEP, HEIR]) process(name).crash();
  expect(write(cluster, KEEPER, 'second')).toMatchObject({ kind: 'change' });
  expect(cluster.order(KEEPER, 'cluster-remove', { node: REMOVED, force: true })).toMatchObject({ changes: 5 });
  for (let seconds = 0; records(cluster, REMOVED) > 0 && seconds < 30; seconds++) cluster.runFor(1_000);
  expect(records(cluster, REMOVED)).toBe(0);
  process(KEEPER).crash({ powerLoss: true });
  if (isDiskLost) {
    process(KEEPER).disk.wipe();
    process(KEEPER).restart();
  }
  process(ASLEEP).restart();
  cluster.runFor(500);
  const readAsleep = read(cluster, ASLEEP);
  process(REMOVED).crash();
  for (const name of isDiskLost ? [HEIR] : [KEEPER, HEIR]) process(name).restart();
  cluster.runFor(20_000);
  return { readAsleep, readAtLast: read(cluster, ASLEEP) };
}

/** Two of three are removed at once: those who take their seats have only one to be made whole from. */
async function tellOfTwo(): Promise<{ readonly read: string; readonly changes: number }> {
  const { TestNodes }: typeof Nodes = await import('../../src/stores/kv/membership/clusters-for-tests.ts');
  const cluster = new TestNodes();
  const names = [...NAMES, 'n5'];
  for (const name of names) cluster.start(name, names, { buckets: BUCKETS, partitions: 1 });
  cluster.runFor(2_000);
  expect(write(cluster, KEEPER, 'written')).toMatchObject({ kind: 'change' });
  for (const node of [REMOVED, ASLEEP]) cluster.order(KEEPER, 'cluster-remove', { node, force: true });
  cluster.runFor(20_000);
  const engines = [KEEPER, HEIR, 'n5'].map((name) => vi.spyOn(cluster.world(name).engine, 'write'));
  cluster.runFor(5_000);
  expect([HEIR, 'n5'].map((name) => cluster.ask(name, 'registers'))).toMatchObject([{ claimed: [{}] }, { claimed: [{}] }]);
  return { read: read(cluster, KEEPER), changes: engines.flatMap(({ mock }) => mock.calls.flatMap(([batch]) => batch)).length };
}

function records(cluster: Cluster, name: string): number {
  return [...cluster.world(name).engine.range({ from: Uint8Array.of(1), to: Uint8Array.of(2) })].length;
}

describe('a node that was removed though it is alive, and has let its records go', () => {
  beforeEach(() => {
    vi.resetModules();
  });

  afterEach(() => {
    vi.doUnmock(STANDING);
  });

  test('answers for no register any more', async () => {
    expect(await tell({ isDiskLost: false })).toEqual({ readAsleep: 'no answer', readAtLast: 'second' });
  });

  test('does not pass for one that never had any: with two of three seats lost the register is silent', async () => {
    expect(await tell({ isDiskLost: true })).toEqual({ readAsleep: 'no answer', readAtLast: 'no answer' });
  });

  test('leaves a register silent if it was one of two of three, and those who ask for it in vain keep no disk busy', async () => {
    expect(await tellOfTwo()).toEqual({ read: 'no answer', changes: 0 });
  });

  test('makes reads go back if it stays fit', async () => {
    vi.doMock(STANDING, async (original) => ({ ...(await original<typeof Standing>()), letGo: () => false }));
    expect(await tell({ isDiskLost: false })).toMatchObject({ readAsleep: 'first' });
  });

  test('makes reads go back if it says only that it is not fit', async () => {
    const letGo: typeof Standing.letGo = ({ fit }) => {
      fit.fill(undefined);
      return true;
    };
    vi.doMock(STANDING, async (original) => ({ ...(await original<typeof Standing>()), letGo }));
    expect(await tell({ isDiskLost: true })).toMatchObject({ readAsleep: 'first' });
  });
});
