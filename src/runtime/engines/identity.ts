/**
 * Whose data a directory holds. Written on first use, durably, before anything else; from then on the directory opens only for the
 * same node of the same cluster in the same format, so that a mixed-up path or disk cannot mix up data.
 *
 * The record lies in the engine's first keyspace, whose keys begin with 0x00; stores use 0x01 and above.
 */
import { type ErrorData, QuorateError } from '../errors/index.ts';
import type { Engine } from './engine.ts';

export interface DirectoryIdentity {
  readonly clusterName: string;
  readonly nodeName: string;
  /** Of everything that stores write: raised when an older program could not read it. */
  readonly formatVersion: number;
}

const META_PREFIX = 0x00;
const IDENTITY_KEY = Uint8Array.of(META_PREFIX, ...new TextEncoder().encode('identity'));
const EVERYTHING = { from: Uint8Array.of(META_PREFIX), to: new Uint8Array(64).fill(0xff) };

/**
 * See that the engine's data belongs to this node, or make an empty engine its own.
 *
 * Nothing to wait for: batches become durable in the order they were written, so whatever is acknowledged later proves that this
 * record is durable too, and a failure of this write fails every later one.
 *
 * @throws QuorateError `wrong-format`, `wrong-cluster`, `wrong-node` naming both values; `data-damaged` when the record cannot be
 * read or is missing from an engine that is not empty. Nothing is changed then.
 */
export function claimDirectory(engine: Engine, identity: DirectoryIdentity): void {
  const record = engine.get(IDENTITY_KEY);
  if (record !== undefined) {
    checkIdentity(decode(record), identity);
    return;
  }
  for (const _ of engine.range({ ...EVERYTHING, limit: 1 })) {
    throw damaged('there is data, but no record of whose it is');
  }
  engine.write([{ key: IDENTITY_KEY, value: encode(identity) }], () => {});
}

/** JSON, so that a record of another format version can still be read as far as its version. */
function encode({ formatVersion, clusterName, nodeName }: DirectoryIdentity): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ formatVersion, clusterName, nodeName }));
}

function decode(record: Uint8Array): Partial<DirectoryIdentity> & Pick<DirectoryIdentity, 'formatVersion'> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(record));
  } catch (error) {
    throw damaged('the record of whose data it is cannot be read', error);
  }
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || typeof value.formatVersion !== 'number') {
    throw damaged('the record of whose data it is has no format version');
  }
  const clusterName = 'clusterName' in value && typeof value.clusterName === 'string' ? { clusterName: value.clusterName } : {};
  const nodeName = 'nodeName' in value && typeof value.nodeName === 'string' ? { nodeName: value.nodeName } : {};
  return { formatVersion: value.formatVersion, ...clusterName, ...nodeName };
}

function checkIdentity(found: ReturnType<typeof decode>, expected: DirectoryIdentity): void {
  // The version first: what else is in the record depends on it.
  if (found.formatVersion !== expected.formatVersion) {
    throw mismatch(
      'wrong-format',
      `the data directory has format ${found.formatVersion}, this program reads format ${expected.formatVersion}`,
      'Use the version of the program that wrote it, or choose another directory.',
      { found: found.formatVersion, expected: expected.formatVersion },
    );
  }
  if (found.clusterName === undefined || found.nodeName === undefined)
    throw damaged('the record of whose data it is is incomplete');
  if (found.clusterName !== expected.clusterName) {
    throw mismatch(
      'wrong-cluster',
      `the data directory belongs to cluster '${found.clusterName}', this node is configured for cluster '${expected.clusterName}'`,
      'Correct the cluster name, or choose another directory.',
      { found: found.clusterName, expected: expected.clusterName },
    );
  }
  if (found.nodeName !== expected.nodeName) {
    throw mismatch(
      'wrong-node',
      `the data directory belongs to node '${found.nodeName}', this node is '${expected.nodeName}'`,
      'Correct the node name, or choose another directory.',
      { found: found.nodeName, expected: expected.nodeName },
    );
  }
}

function mismatch(code: string, what: string, next: string, data: ErrorData): QuorateError {
  const message = `${what}; a data directory serves one node of one cluster in one format`;
  return new QuorateError({ code, message, outcome: 'not-applied', next, data });
}

function damaged(reason: string, cause?: unknown): QuorateError {
  const next = 'Choose another directory, or restore this one from a backup or from the other replicas; nothing was changed.';
  return new QuorateError(
    { code: 'data-damaged', message: `the data directory is damaged or not Quorate's: ${reason}`, outcome: 'not-applied', next },
    cause === undefined ? undefined : { cause },
  );
}
