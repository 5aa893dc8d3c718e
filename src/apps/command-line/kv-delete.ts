import type { Command } from 'commander';
import type { Context } from '../../stores/kv/index.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, changeOptions, clusterOptions, contextOption, strictOption, writeQuorumOption } from './options.ts';
import type { Running } from './running.ts';

interface DeleteOptions extends ClusterOptions {
  readonly w?: number;
  readonly strict?: boolean;
  readonly context?: Context;
}

export function addDelete(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('delete <bucket> <key>')
    .description('delete a key: what --context has seen, else what a read just before sees');
  strictOption(writeQuorumOption(contextOption(clusterOptions(command)))).action(
    async (bucket: string, key: string, options: DeleteOptions) => {
      const { context } = options;
      const written = await withCluster(options.address, surroundings, ({ kv }) =>
        kv.bucket(bucket).delete(key, { ...changeOptions(options), ...(context === undefined ? {} : { context }) }),
      );
      if (options.json) await surroundings.stdout.write(`${JSON.stringify({ bucket, key, context: written.context })}\n`);
      finish(EXIT.ok);
    },
  );
}
