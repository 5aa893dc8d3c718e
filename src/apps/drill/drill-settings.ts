/** What a drill must know of the cluster's settings. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { ClusterStatus, Quorate } from '../../stores/kv/index.ts';
import type { DrillTime } from './drill-time.ts';

export interface Settings {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly hasRegisters: boolean;
}

/** A bucket of consistency `atomic` under this name is used, if there is one. */
export const REGISTER_BUCKET = 'quorate-drill-registers';
const TIMEOUT_MS = 2_000;
/** Nodes that have just begun may close and dial links anew. */
const ANSWERED_WITHIN_MS = 10_000;
const RETRY_MS = 100;

/** @throws QuorateError `drill-impossible` where a write may vanish by the bucket's rules. */
export async function drillSettings(reader: Quorate, time: DrillTime): Promise<Settings> {
  const { buckets } = await patientStatus(reader, time);
  const settings = buckets['*'];
  if (settings?.conflict === 'siblings') return { ...settings, hasRegisters: REGISTER_BUCKET in buckets };
  throw new QuorateError({
    code: 'drill-impossible',
    message: `the cluster's buckets resolve conflicts as '${settings?.conflict ?? 'unknown'}' by default: only of siblings it can be said what must be there`,
    outcome: 'not-applied',
    next: "Run the drill on a cluster with 'siblings' in its defaults.",
  });
}

async function patientStatus(reader: Quorate, time: DrillTime): Promise<ClusterStatus> {
  const endMs = time.nowMs() + ANSWERED_WITHIN_MS;
  for (;;) {
    try {
      return await reader.status({ timeoutMs: TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof QuorateError) || time.nowMs() > endMs || time.isInterrupted) throw error;
    }
    await time.pause(RETRY_MS);
  }
}
