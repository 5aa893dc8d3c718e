/** `quorate kv import` and `quorate kv verify`; their work is loaded when they run. */
import type { Command } from 'commander';
import { withCluster } from '../cluster.ts';
import { writeQuorumOption } from '../options.ts';
import type { Running } from '../running.ts';
import type { ImportOptions } from './import-directory.ts';
import { type TransferOptions, transferOptions } from './options.ts';

export function addImport(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('import <directory>')
    .description('store every file below a directory as one object: path -> bytes')
    .addHelpText(
      'after',
      '\nCan be repeated and resumed: what is there already is not written again. Symbolic links are skipped.',
    );
  writeQuorumOption(transferOptions(command)).action(async (directory: string, options: ImportOptions) => {
    const { importDirectory } = await import('./import-directory.ts');
    finish(
      await withCluster(options.address, surroundings, ({ kv }) =>
        importDirectory(kv.bucket(options.bucket), directory, options, surroundings),
      ),
    );
  });
}

export function addVerify(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('verify <directory>')
    .description('read back what import stored, and compare it with every file below the directory');
  transferOptions(command).action(async (directory: string, options: TransferOptions) => {
    const { verifyDirectory } = await import('./verify-directory.ts');
    finish(
      await withCluster(options.address, surroundings, ({ kv }) =>
        verifyDirectory(kv.bucket(options.bucket), directory, options, surroundings),
      ),
    );
  });
}
