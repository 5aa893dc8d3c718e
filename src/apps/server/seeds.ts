/** The addresses of the seeds, from wherever the configuration says they are. */
import { dirname, resolve } from 'node:path';
import { fetchText, readTextFile } from '../../runtime/real/index.ts';
import type { Address } from '../../runtime/world/index.ts';
import { parseSeeds, type SeedsSource } from '../configuration/index.ts';

/** A hundred addresses have room in it. */
const MOST_BYTES = 64 * 1024;

/** @throws QuorateError `bad-configuration`, `file-not-found`, `file-not-readable`, `url-not-readable`. */
export async function seedAddresses(configurationFile: string, source: SeedsSource): Promise<readonly Address[]> {
  switch (source.kind) {
    case 'list':
      return source.addresses;
    case 'file': {
      const file = resolve(dirname(configurationFile), source.file);
      return parseSeeds(file, await readTextFile(file));
    }
    case 'url':
      return parseSeeds(source.url, await fetchText(source.url, MOST_BYTES));
  }
}
