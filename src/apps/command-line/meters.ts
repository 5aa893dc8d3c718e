/** `quorate meters`: how stale reads are by R, and what the policy `latest` has dropped, as each node has measured. */
import type { Command } from 'commander';
import type { Json } from '../../stores/kv/index.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions } from './options.ts';
import { type Paint, paintFor } from './paint.ts';
import type { Running } from './running.ts';
import { table } from './table.ts';

export function addMeters(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('meters')
    .description(
      'show how stale reads are by R, and the writes that `latest` has dropped unseen, as the answering node has measured',
    );
  clusterOptions(command).action(async (options: ClusterOptions) => {
    const measured = await withCluster(options.address, surroundings, async ({ administration }) => ({
      staleness: await administration.ask('staleness', undefined, callOptions(options)),
      losses: await administration.ask('losses', undefined, callOptions(options)),
    }));
    const { stdout } = surroundings;
    await stdout.write(options.json ? `${JSON.stringify(measured)}\n` : metersText(measured, paintFor(stdout, surroundings)));
    finish(EXIT.ok);
  });
}

export function metersText({ staleness, losses }: { readonly staleness: Json; readonly losses: Json }, paint: Paint): string {
  const rows = (Array.isArray(staleness) ? staleness : []).map((row) => {
    const { n, r, w, surveys, staleShare, medianAgeMs, greatestAgeMs } = fieldsOf(row);
    const ages = Number(greatestAgeMs) === 0 ? '' : `${String(medianAgeMs)} ms, at most ${String(greatestAgeMs)} ms`;
    return [...[n, r, w, surveys].map(String), `${(Number(staleShare) * 100).toFixed(3)} %`, ages];
  });
  const { dropped, samples } = fieldsOf(losses);
  const keys = (Array.isArray(samples) ? samples : []).map((sample: unknown) => {
    const { bucket, key } = fieldsOf(sample);
    return `${String(bucket)}/${String(key)}`;
  });
  return [
    rows.length === 0
      ? 'no surveys yet: one read in sixteen is one\n'
      : table([['n', 'r', 'w', 'surveys', 'stale reads', 'missed since'], ...rows], paint),
    `writes dropped by 'latest' unseen: ${String(dropped)}${keys.length === 0 ? '' : `; lately of ${[...new Set(keys)].join(', ')}`}\n`,
  ].join('\n');
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
