/** What a drill must know of the cluster's settings. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Quorate } from '../../stores/kv/index.ts';

export interface Settings {
  readonly n: number;
  readonly r: number;
  readonly w: number;
  readonly hasRegisters: boolean;
}

/** A bucket of consistency `atomic` under this name is used, if there is one. */
export const REGISTER_BUCKET = 'quorate-drill-registers';
const TIMEOUT_MS = 5_000;

/** @throws QuorateError `drill-impossible` where a write may vanish by the bucket's rules. */
export async function drillSettings(reader: Quorate): Promise<Settings> {
  const { buckets } = await reader.status({ timeoutMs: TIMEOUT_MS });
  const settings = buckets['*'];
  if (settings?.conflict === 'siblings') return { ...settings, hasRegisters: REGISTER_BUCKET in buckets };
  throw new QuorateError({
    code: 'drill-impossible',
    message: `the cluster's buckets resolve conflicts as '${settings?.conflict ?? 'unknown'}' by default: only of siblings it can be said what must be there`,
    outcome: 'not-applied',
    next: "Run the drill on a cluster with 'siblings' in its defaults.",
  });
}
