import { decodeRecord, encodeRecord, mayExpire, type Policy, withoutExpired } from '../../../protocols/versions/index.ts';
import { Writer } from '../../../runtime/bytes/index.ts';
import type { Clock } from '../../../runtime/world/index.ts';

/** The record as a reader may see it now. The clock stays: who reads an expired value has seen it, and supersedes it. */
export function withoutExpiredValues(record: Uint8Array, policy: Policy, clock: Clock): Uint8Array {
  if (!mayExpire(record)) return record;
  const state = decodeRecord(record);
  const readable = withoutExpired(policy, state, clock.wallTime());
  if (readable === state) return record;
  const writer = new Writer(record.length);
  encodeRecord(writer, readable);
  return writer.view();
}
