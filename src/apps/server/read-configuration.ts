import { readTextFile } from '../../runtime/real/index.ts';
import { type ClusterConfiguration, parseConfiguration } from '../configuration/index.ts';

/** @throws QuorateError `bad-configuration`, `file-not-found`, `file-not-readable`. */
export async function readConfiguration(file: string): Promise<ClusterConfiguration> {
  return parseConfiguration(file, await readTextFile(file));
}
