import type { Command } from 'commander';
import type { Context, Found, StoredValue } from '../../stores/kv/index.ts';
import { shownBytes } from '../representation/index.ts';
import { counted } from './amounts.ts';
import { withCluster } from './cluster.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type ClusterOptions, clusterOptions, readOptions, readQuorumOption, seenOption, strictOption } from './options.ts';
import { paintFor } from './paint.ts';
import type { Running } from './running.ts';
import type { Surroundings } from './surroundings.ts';

interface GetOptions extends ClusterOptions {
  readonly r?: number;
  readonly strict?: boolean;
  readonly context?: Context;
  readonly output?: string;
}

export function addGet(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('get <bucket> <key>')
    .description('write the value of a key to standard output, its bytes as they are')
    .option('-o, --output <file>', 'write to a file; several values: to file.1, file.2, ...')
    .addHelpText(
      'after',
      '\nSeveral values (after concurrent writes) come one after the other, each announced on standard error.',
    );
  strictOption(readQuorumOption(seenOption(clusterOptions(command)))).action(
    async (bucket: string, key: string, options: GetOptions) => {
      const seen = options.context === undefined ? {} : { context: options.context };
      const asked = { ...readOptions(options), ...seen };
      const found = await withCluster(options.address, surroundings, ({ kv }) => kv.bucket(bucket).get(key, asked));
      finish(await show(bucket, key, found, options, surroundings));
    },
  );
}

async function show(
  bucket: string,
  key: string,
  found: Found,
  options: GetOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const { values, context } = found;
  if (options.output !== undefined && values.length > 0) await save(values, options.output);
  if (options.json) {
    const shown = values.map(({ contentType, bytes }) => ({ contentType, ...shownBytes(bytes) }));
    await stdout.write(`${JSON.stringify({ bucket, key, values: shown, context })}\n`);
  } else if (values.length === 0) {
    await stderr.write(`no value: ${bucket}/${key}\n`);
  } else {
    await print(found, options.output, surroundings);
  }
  return values.length === 0 ? EXIT.notFound : EXIT.ok;
}

async function save(values: readonly StoredValue[], file: string): Promise<void> {
  const { writeFileAtomically } = await import('../../runtime/real/index.ts');
  for (const [index, { bytes }] of values.entries()) await writeFileAtomically(fileOf(file, index, values.length), bytes);
}

function fileOf(file: string, index: number, count: number): string {
  return count === 1 ? file : `${file}.${index + 1}`;
}

async function print({ values, context }: Found, output: string | undefined, surroundings: Surroundings): Promise<void> {
  const { stdout, stderr } = surroundings;
  const paint = paintFor(stderr, surroundings);
  for (const [index, { contentType, bytes }] of values.entries()) {
    if (values.length > 1) {
      const where = output === undefined ? '' : ` -> ${fileOf(output, index, values.length)}`;
      await stderr.write(
        paint.dim(`-- value ${index + 1} of ${values.length}: ${contentType}, ${counted(bytes.length, 'byte')}${where}\n`),
      );
    }
    if (output !== undefined) continue;
    await stdout.write(bytes);
    // On a terminal the prompt, or the next value, should not stick to the last byte; a file or pipe gets the bytes alone.
    if (stdout.isTerminal && bytes.at(-1) !== 0x0a) await stdout.write('\n');
  }
  if (values.length > 1) await stderr.write(paint.dim(`-- to resolve: quorate kv put ... --context ${context}\n`));
}
