/** Options that import and verify share. */
import type { Command } from 'commander';
import { type ClusterOptions, clusterOptions, readQuorumOption, wholeNumber } from '../options.ts';

export interface TransferOptions extends ClusterOptions {
  readonly bucket: string;
  readonly concurrency: number;
  /** Seconds. */
  readonly retryFor: number;
  readonly r?: number;
}

const DEFAULT_BUCKET = 'files';
const DEFAULT_CONCURRENCY = 64;
const MOST_CONCURRENCY = 1_024;
const DEFAULT_RETRY_SECONDS = 120;
const MOST_RETRY_SECONDS = 86_400;

export function transferOptions(command: Command): Command {
  return readQuorumOption(clusterOptions(command))
    .option('-b, --bucket <bucket>', 'of the objects', DEFAULT_BUCKET)
    .option('-c, --concurrency <files>', 'files under way at once', wholeNumber(1, MOST_CONCURRENCY), DEFAULT_CONCURRENCY)
    .option(
      '--retry-for <seconds>',
      'go on trying a file while nodes are away',
      wholeNumber(0, MOST_RETRY_SECONDS),
      DEFAULT_RETRY_SECONDS,
    );
}
