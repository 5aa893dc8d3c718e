import type { NodeService, Topic } from '../service.ts';
import { parseStorageKey } from '../storage-key.ts';
import type { LossMeter } from './loss-meter.ts';
import type { StalenessMeter } from './staleness-meter.ts';

interface Measured {
  readonly staleness: StalenessMeter;
  readonly losses: LossMeter;
}

/** Topics `staleness` and `losses`: what this node has measured since it started. */
export function metersService({ staleness, losses }: Measured): NodeService {
  return {
    topics: new Map<string, Topic>([
      ['staleness', () => staleness.rows.map((row) => ({ ...row }))],
      ['losses', () => ({ dropped: losses.count, samples: losses.samples.map(shownKey) })],
    ]),
  };
}

function shownKey(storageKey: Uint8Array): { readonly bucket: string; readonly key: string } {
  const { bucket, key } = parseStorageKey(storageKey);
  return { bucket, key: Buffer.from(key).toString() };
}
