/**
 * A node drops what it has of a partition, slice by slice. Before it is done it shall have the partition after all, and the release ends. Whoever gives
 * it the records must not count on those that are about to go (docs/decisions/0053, 0085): they are not taken in, and what is said of them is void.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Rebuild from '../../src/protocols/transfer/rebuild.ts';
import type * as DropRecords from '../../src/stores/kv/transfer/drop-records.ts';
import type * as Receipts from '../../src/stores/kv/transfer/receipts.ts';
import type * as Clusters from './ring-clusters.ts';

const REBUILD = '../../src/protocols/transfer/rebuild.ts';
const DROP_RECORDS = '../../src/stores/kv/transfer/drop-records.ts';
const RECEIPTS = '../../src/stores/kv/transfer/receipts.ts';
/** Its second seat is n2's, then n1's, and n3's while n3 has a greater weight; the other one is n4's throughout. */
const PARTITION = 4;
const [HOLDER, HEIR, OTHER] = ['n4', 'n1', 'n3'] as const;

/** The first drop of the partition: begun, and not let go on before it is wanted. */
const first: { goOn?: () => void } = {};

function holdUpTheDrop(): void {
  vi.doMock(DROP_RECORDS, async (original) => {
    const { dropRecords } = await original<typeof DropRecords>();
    const later: typeof dropRecords = (parts, receipts, which, isKept, done) => {
      const isFirst = which.partition === PARTITION && parts.configuration.nodeName === HEIR && first.goOn === undefined;
      if (!isFirst) {
        dropRecords(parts, receipts, which, isKept, done);
        return;
      }
      receipts.change(which.n, which.partition);
      first.goOn = () => {
        receipts.change(which.n, which.partition);
        dropRecords(parts, receipts, which, isKept, done);
      };
    };
    return { dropRecords: later };
  });
}

/** @returns what was lost */
async function tell(): Promise<readonly string[]> {
  const { RingClusters }: typeof Clusters = await import('./ring-clusters.ts');
  const cluster = new RingClusters(1n, { isStrict: true, isPair: true });
  const process = (name: string) => cluster.simulation.process(name);
  cluster.startAll(['n1', 'n2', 'n3', 'n4']);
  cluster.write(60);
  for (const name of ['n2', OTHER]) process(name).crash();
  cluster.commit(HEIR, [{ kind: 'remove', node: 'n2' }], { force: true });
  const hasGivenAll = (): boolean =>
    cluster
      .status(HOLDER)
      .here.underWay.some(
        ({ purpose, partition, to, phase }) =>
          purpose === 'rebuild' && partition === PARTITION && to === HEIR && phase === 'complete',
      );
  const until = (isSo: () => boolean, atMostMs: number): void => {
    for (let passed = 0; !isSo() && passed < atMostMs; passed += 0.5) cluster.runFor(0.5);
  };
  until(hasGivenAll, 10_000);
  cluster.commit(HEIR, [{ kind: 'weight', node: OTHER, weight: 4 }]);
  until(() => first.goOn !== undefined, 10_000);
  expect(first.goOn).toBeDefined();
  cluster.commit(HEIR, [{ kind: 'weight', node: OTHER, weight: 1 }]);
  until(hasGivenAll, 5_000);
  first.goOn?.();
  process(OTHER).restart();
  const left = [HOLDER, HEIR, OTHER];
  for (let seconds = 0; !cluster.isSettled(left) && seconds < 60; seconds++) cluster.runFor(1_000);
  expect(cluster.replicasOf(PARTITION, OTHER)).toContain(HEIR);
  process(HOLDER).crash();
  return cluster.lost([HEIR, OTHER]);
}

describe('records that are given to a node that still drops what it had', () => {
  afterEach(() => {
    delete first.goOn;
    vi.resetModules();
    for (const file of [DROP_RECORDS, RECEIPTS, REBUILD]) vi.doUnmock(file);
  });

  test('are all there when it has the seat', async () => {
    holdUpTheDrop();
    expect(await tell()).toEqual([]);
  });

  test('are lost if it takes them in meanwhile, and what is said of them counts', async () => {
    holdUpTheDrop();
    vi.doMock(RECEIPTS, async (original) => {
      const { Receipts: Usual } = await original<typeof Receipts>();
      class Forgetful extends Usual {
        override isDropping(): boolean {
          return false;
        }
      }
      return { Receipts: Forgetful };
    });
    vi.doMock(REBUILD, async (original) => {
      const rebuild = await original<typeof Rebuild>();
      const lacking: typeof Rebuild.lacking = ({ given }, holders) => holders.filter((holder) => !given.has(holder));
      const onGivenAll: typeof Rebuild.onGivenAll = (state, from, receipt) => rebuild.onGivenAll(state, from, receipt, receipt);
      return { ...rebuild, lacking, onGivenAll };
    });
    expect(await tell()).not.toEqual([]);
  });
});
