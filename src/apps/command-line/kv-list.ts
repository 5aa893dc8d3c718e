import type { Command } from 'commander';
import type { Bucket } from '../../stores/kv/index.ts';
import { shownKey } from '../representation/index.ts';
import { withCluster } from './cluster.ts';
import { EXIT } from './exit-codes.ts';
import { type ClusterOptions, callOptions, clusterOptions, wholeNumber } from './options.ts';
import type { Running } from './running.ts';

interface ListOptions extends ClusterOptions {
  readonly limit?: number;
}

const PAGE_SIZE = 1_000;

export function addList(parent: Command, { surroundings, finish }: Running): void {
  const command = parent
    .command('list <bucket>')
    .description('list the keys of a bucket, one per line, in no useful order: a scan of every partition')
    .option('--limit <keys>', 'stop after so many (default: list all)', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText('after', '\nWith --json each line is a JSON text, or {"base64": ...} for a key that is not UTF-8.');
  clusterOptions(command).action(async (bucket: string, options: ListOptions) => {
    await withCluster(options.address, surroundings, async ({ kv }) => {
      for await (const keys of pages(kv.bucket(bucket), options)) {
        if (keys.length > 0) await surroundings.stdout.write(keys.map((key) => `${line(key, options.json === true)}\n`).join(''));
      }
    });
    finish(EXIT.ok);
  });
}

async function* pages(bucket: Bucket, options: ListOptions): AsyncGenerator<readonly Uint8Array[]> {
  let remaining = options.limit ?? Number.POSITIVE_INFINITY;
  let cursor: string | undefined;
  do {
    const page = await bucket.page(cursor, { ...callOptions(options), pageSize: Math.min(PAGE_SIZE, remaining) });
    yield page.keys.slice(0, remaining);
    remaining -= page.keys.length;
    cursor = page.cursor;
  } while (cursor !== undefined && remaining > 0);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the test is about
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/;

/** A key that would break the line, or that is no text, is shown in JSON. */
function line(key: Uint8Array, json: boolean): string {
  const shown = shownKey(key);
  return json || typeof shown !== 'string' || CONTROL_CHARACTERS.test(shown) ? JSON.stringify(shown) : shown;
}
