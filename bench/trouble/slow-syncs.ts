/** How often the nodes' disks were slow meanwhile: a put waits for them, whatever the store does; a get does not. */

const METRIC = 'quorate_disk_sync_duration_seconds';
/** Milliseconds; bounds of the histogram. */
const SLOW_MS = [25, 50, 100] as const;

/** Of each node that answers, by its HTTP address: how many syncs there were, and how many took longer than each of the bounds. */
export type Syncs = ReadonlyMap<string, { readonly all: number; readonly slow: readonly number[] }>;

export async function syncsOf(addresses: readonly string[]): Promise<Syncs> {
  const answers = await Promise.allSettled(addresses.map(metricsOf));
  return new Map(
    answers.flatMap((answer, index) => {
      // One that is down, or has not joined yet, has nothing to tell.
      if (answer.status === 'rejected') return [];
      const all = sampleOf(answer.value, `${METRIC}_count`);
      const slow = SLOW_MS.map((ms) => all - sampleOf(answer.value, `${METRIC}_bucket{le="${ms / 1000}"}`));
      return [[addresses[index] as string, { all, slow }]];
    }),
  );
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

async function metricsOf(address: string): Promise<string> {
  const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(2_000) });
  return response.text();
}

function sampleOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  if (line === undefined) throw new Error(`${name} is not among the metrics`);
  return Number(line.slice(name.length + 1));
}
