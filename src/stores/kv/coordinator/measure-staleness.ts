import { bitCount, type ReadState } from '../../../protocols/quorum/index.ts';
import { decodeRecord, isSameState, latestTimestamp } from '../../../protocols/versions/index.ts';
import type { Clock } from '../../../runtime/world/index.ts';
import type { Meters } from '../meters/index.ts';
import type { BucketSettings } from '../settings.ts';

/** After a read that asked all replicas: had it been an ordinary one, what might it have missed? */
export function measureStaleness({ staleness }: Meters, { n, w }: BucketSettings, state: ReadState, clock: Clock): void {
  const { answered, records, merged } = state;
  if (merged === undefined || bitCount(answered) !== n) return;
  let behind = 0;
  for (let replica = 0; replica < n; replica++) {
    const record = records[replica];
    if (record === undefined || !isSameState(record, merged)) behind++;
  }
  staleness.survey(n, w, behind, behind === 0 ? 0 : clock.wallTime() - latestTimestamp(decodeRecord(merged)));
}
