/** How often the nodes' disks were slow meanwhile: a put waits for them, whatever the store does; a get does not. */
import { get } from 'node:http';
import { text } from 'node:stream/consumers';

const METRIC = 'quorate_disk_sync_duration_seconds';
/** Milliseconds; bounds of the histogram. */
const SLOW_MS = [25, 50, 100] as const;

/** Of each node that answers, by its HTTP address: how many syncs there were, and how many took longer than each of the bounds. */
export type Syncs = ReadonlyMap<string, { readonly all: number; readonly slow: readonly number[] }>;

/** One node after the other: to ask all at once is felt by those who wait for them. */
export async function syncsOf(addresses: readonly string[]): Promise<Syncs> {
  const syncs = new Map<string, { all: number; slow: number[] }>();
  for (const address of addresses) {
    const metrics = await metricsOf(address);
    if (metrics === undefined) continue;
    const all = sampleOf(metrics, `${METRIC}_count`);
    syncs.set(address, { all, slow: SLOW_MS.map((ms) => all - sampleOf(metrics, `${METRIC}_bucket{le="${ms / 1000}"}`)) });
  }
  return syncs;
}

/** What has come since. A node that has started meanwhile began at zero. */
export function syncsLine(before: Syncs, after: Syncs): string {
  let all = 0;
  const slow = SLOW_MS.map(() => 0);
  for (const [address, now] of after) {
    const then = before.get(address);
    const since = then !== undefined && then.all <= now.all ? then : undefined;
    all += now.all - (since?.all ?? 0);
    for (const [index, count] of now.slow.entries()) slow[index] = (slow[index] ?? 0) + count - (since?.slow[index] ?? 0);
  }
  const parts = SLOW_MS.map((ms, index) => `${slow[index]} longer than ${ms} ms`);
  return `  syncs of the nodes: ${all}, ${parts.join(', ')}`;
}

/** `undefined`: the node is down, or has not joined yet. */
function metricsOf(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    get(`http://${address}/metrics`, { timeout: 2_000 }, (response) => {
      text(response).then(resolve, () => resolve(undefined));
    }).on('error', () => resolve(undefined));
  });
}

function sampleOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`${name} is not among the metrics`);
  return Number(line.slice(name.length + 1));
}
