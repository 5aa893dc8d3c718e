/** Which cluster a command talks to. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Quorate } from '../../stores/kv/index.ts';
import type { Surroundings } from './surroundings.ts';

export const DEFAULT_ADDRESS = '127.0.0.1:7401';
/** Where `quorate local` leaves the description of its cluster. */
export const LOCAL_CONFIGURATION = 'data/quorate.json';
const ADDRESS_VARIABLE = 'QUORATE_ADDRESS';

/** Told by --address, else by QUORATE_ADDRESS, else by ./data/quorate.json, else the default. */
export async function clusterAddresses(told: readonly string[], surroundings: Surroundings): Promise<readonly string[]> {
  if (told.length > 0) return told;
  const named = surroundings.environmentVariable(ADDRESS_VARIABLE);
  if (named !== undefined) return named.split(/[\s,]+/).filter((address) => address !== '');
  const { readTextFile } = await import('../../runtime/real/index.ts');
  let text: string;
  try {
    text = await readTextFile(LOCAL_CONFIGURATION);
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'file-not-found') return [DEFAULT_ADDRESS];
    throw error;
  }
  return addressesIn(LOCAL_CONFIGURATION, text);
}

/** The addresses alone: reading a configuration in full, with all its rules, would load a whole node's code for every command. */
function addressesIn(file: string, text: string): readonly string[] {
  const wrong = (cause?: unknown): QuorateError =>
    new QuorateError(
      {
        code: 'bad-configuration',
        message: `${file}: it is not the configuration of a cluster, from which the addresses of its nodes could be taken`,
        outcome: 'not-applied',
        next: `Correct it, or tell the nodes with --address or ${ADDRESS_VARIABLE}.`,
        data: { source: file },
      },
      { cause },
    );
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw wrong(cause);
  }
  const nodes = isObject(document) && Array.isArray(document['nodes']) ? document['nodes'] : [];
  const addresses = nodes.map((node: unknown) => (isObject(node) ? node['address'] : undefined));
  const texts = addresses.filter((address) => typeof address === 'string');
  if (texts.length === 0 || texts.length < addresses.length) throw wrong();
  return texts;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Connect, do something, and close again whatever happens. */
export async function withCluster<Result>(
  told: readonly string[],
  surroundings: Surroundings,
  use: (quorate: Quorate) => Promise<Result>,
): Promise<Result> {
  const quorate = await surroundings.connect(await clusterAddresses(told, surroundings));
  try {
    return await use(quorate);
  } finally {
    await quorate.close();
  }
}
