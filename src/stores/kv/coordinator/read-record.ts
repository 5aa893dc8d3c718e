import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import { GetOperation, type GetOutcome } from './get.ts';
import type { CoordinatorParts } from './parts.ts';

/** As a get of the key, by its home replicas alone, with what they agree on still encoded. */
export function readRecord(
  parts: CoordinatorParts,
  place: Place,
  settings: BucketSettings,
  timeoutMs: number,
  outcome: GetOutcome,
): void {
  new GetOperation(parts, place, settings, settings.r, timeoutMs, true, outcome).start();
}
