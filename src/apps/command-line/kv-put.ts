import type { Command } from 'commander';
import type { Bucket, Context, Value } from '../../stores/kv/index.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failure.ts';
import {
  type ClusterOptions,
  changeOptions,
  clusterOptions,
  contextOption,
  readOptions,
  readQuorumOption,
  strictOption,
  wholeNumber,
  writeQuorumOption,
} from './options.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';

interface PutOptions extends ClusterOptions {
  readonly r?: number;
  readonly w?: number;
  readonly strict?: boolean;
  readonly context?: Context;
  readonly blind?: boolean;
  readonly file?: string;
  readonly contentType?: string;
  readonly ttl?: number;
}

export function addPut(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('put <bucket> <key> [value]')
    .description('write a key: the value given, a file, or standard input (-)')
    .option('-f, --file <file>', 'take the value from a file')
    .option('--content-type <type>', 'media type (default: of the file; text/plain for a value given)')
    .option('--ttl <ms>', 'milliseconds until the value expires', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--blind', 'do not read first: the value becomes a sibling of what is there')
    .addHelpText(
      'after',
      '\nReads the key first and supersedes what it found, unless --context says what to supersede, or --blind.',
    );
  strictOption(readQuorumOption(writeQuorumOption(contextOption(clusterOptions(command))))).action(
    async (bucket: string, key: string, text: string | undefined, options: PutOptions) => {
      const { value, contentType } = await valueFrom(text, options, surroundings);
      const written = await withCluster(options.address, surroundings, async ({ kv }) => {
        const target = kv.bucket(bucket);
        const context = options.context ?? (options.blind ? undefined : await seenContext(target, key, options));
        const ttl = options.ttl === undefined ? {} : { ttlMs: options.ttl };
        return target.put(key, value, {
          ...changeOptions(options),
          ...(context === undefined ? {} : { context }),
          ...ttl,
          contentType,
        });
      });
      if (options.json) await surroundings.stdout.write(`${JSON.stringify({ bucket, key, context: written.context })}\n`);
      finish(EXIT.ok);
    },
  );
}

/** Of an atomic bucket none: its writes replace whatever is there. */
async function seenContext(bucket: Bucket, key: string, options: PutOptions): Promise<Context | undefined> {
  const { context, isAtomic } = await bucket.get(key, readOptions(options));
  return isAtomic ? undefined : context;
}

async function valueFrom(
  text: string | undefined,
  options: PutOptions,
  surroundings: Surroundings,
): Promise<{ readonly value: Value; readonly contentType: string }> {
  const { file, contentType } = options;
  if (file !== undefined) {
    if (text !== undefined) throw usageError(`both a value and --file ${file} are given.`, 'Give one of the two.');
    const { readBytes } = await import('../../runtime/real/index.ts');
    const { contentTypeOf } = await import('./content-type.ts');
    return { value: await readBytes(file), contentType: contentType ?? contentTypeOf(file) };
  }
  if (text === '-') return { value: await surroundings.readStdin(), contentType: contentType ?? 'application/octet-stream' };
  if (text === undefined)
    throw usageError('the value is missing.', 'Give it as an argument, with --file, or give - to read standard input.');
  return { value: text, contentType: contentType ?? 'text/plain' };
}
