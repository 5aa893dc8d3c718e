/** Lets go of what is another node's, a slice at a time. */
import type { ServiceParts } from '../service-parts.ts';
import { ENTRY_BYTES, entriesOf, nOf, pageEntries } from './partition-records.ts';
import type { Receipts } from './receipts.ts';

/**
 * @param isKept - asked before each slice: the partition may have come back meanwhile
 * @param done - is told whether all that was there has been dropped
 */
export function dropRecords(
  parts: ServiceParts,
  receipts: Receipts,
  { n, partition }: { readonly n: number; readonly partition: number },
  isKept: () => boolean,
  done: (isEmpty: boolean) => void,
): void {
  const { replica, background, world, configuration, registerSeats } = parts;
  receipts.change(n, partition);
  const end = (isEmpty: boolean): void => {
    receipts.change(n, partition);
    done(isEmpty);
  };
  const next = (after: Uint8Array | undefined): void => {
    const most = pageEntries(background.sliceBytes);
    background.run('transfer', most * ENTRY_BYTES, () => {
      if (isKept()) {
        end(false);
        return;
      }
      const entries = entriesOf(world.engine, partition, after, most);
      const gone = entries.map(({ key }) => key).filter((storageKey) => nOf(configuration, storageKey) === n);
      if (gone.length > 0) registerSeats.letGo(n, partition);
      replica.abandon(gone);
      if (entries.length === most) next(entries.at(-1)?.key);
      else end(true);
    });
  };
  next(undefined);
}
