import type { Command } from 'commander';
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Found } from '../../stores/kv/index.ts';
import { shownBytes } from '../representation/index.ts';
import { counted } from './amounts.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, clusterOptions, wholeNumber } from './options.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';

interface WatchOptions extends ClusterOptions {
  readonly count?: number;
}

export function addWatch(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('watch <bucket> <key>')
    .description('write the present state of a key, then each one that follows, until Ctrl-C')
    .option('--count <states>', 'end after so many states', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText('after', '\nChanges that follow each other quickly may be shown as one; the last one always is.');
  clusterOptions(command).action(async (bucket: string, key: string, options: WatchOptions) => {
    const interrupted = new AbortController();
    const stopListening = surroundings.onInterrupt(() => interrupted.abort());
    try {
      await withCluster(options.address, surroundings, async ({ kv }) => {
        let left = options.count ?? Number.POSITIVE_INFINITY;
        for await (const found of kv.bucket(bucket).watch(key, { signal: interrupted.signal })) {
          await show(bucket, key, found, options, surroundings);
          if (--left <= 0) break;
        }
      });
      finish(EXIT.ok);
    } catch (error) {
      if (!(error instanceof QuorateError) || error.code !== 'aborted' || !interrupted.signal.aborted) throw error;
      finish(EXIT.interrupted);
    } finally {
      stopListening();
    }
  });
}

async function show(bucket: string, key: string, found: Found, options: WatchOptions, { stdout }: Surroundings): Promise<void> {
  const values = found.values.map(({ contentType, bytes }) => ({ contentType, ...shownBytes(bytes) }));
  if (options.json) {
    await stdout.write(`${JSON.stringify({ bucket, key, values, context: found.context })}\n`);
    return;
  }
  const lines = found.values.map((value) => (isText(value.contentType) ? value.text() : counted(value.bytes.length, 'byte')));
  await stdout.write(`${lines.length === 0 ? '(no value)' : lines.join('\n')}\n`);
}

function isText(contentType: string): boolean {
  return contentType.startsWith('text/') || contentType === 'application/json';
}
