/** Lets go of what is another node's, a slice at a time. */
import type { ServiceParts } from '../service-parts.ts';
import { entriesOf, nOf } from './partition-records.ts';
import type { Receipts } from './receipts.ts';

const SLICE_ENTRIES = 256;
const SLICE_BYTES = 16 * 1024;

/** @param isKept - asked before each slice: the partition may have come back meanwhile */
export function dropRecords(
  parts: ServiceParts,
  receipts: Receipts,
  { n, partition }: { readonly n: number; readonly partition: number },
  isKept: () => boolean,
  done: () => void,
): void {
  const { replica, background, world, configuration } = parts;
  receipts.change(n, partition);
  const end = (): void => {
    receipts.change(n, partition);
    done();
  };
  const next = (after: Uint8Array | undefined): void => {
    background.run('transfer', SLICE_BYTES, () => {
      if (isKept()) {
        end();
        return;
      }
      const entries = entriesOf(world.engine, partition, after, SLICE_ENTRIES);
      replica.abandon(entries.map(({ key }) => key).filter((storageKey) => nOf(configuration, storageKey) === n));
      if (entries.length === SLICE_ENTRIES) next(entries.at(-1)?.key);
      else end();
    });
  };
  next(undefined);
}
