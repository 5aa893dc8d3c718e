/** What the nodes of a simulated cluster say of the ring, and what the disks of its home replicas hold. */
import { isTombstoneRecord } from '../../../protocols/versions/index.ts';
import type { Simulation } from '../../../runtime/simulated/index.ts';
import type { DirectClient, DirectOutcome } from '../../../stores/kv/client/index.ts';
import { Violation } from '../../histories/index.ts';
import { complete, type Stage } from '../kv/index.ts';

interface Ring {
  readonly nodes: readonly string[];
  readonly preferenceLists: readonly (readonly number[])[];
}

/** Space and partition begin the key of a record; the data space is 0x01. */
const DATA_SPACE = 0x01;
const PARTITION_BYTES = 3;
/** Before the record itself. */
const CHECKSUM_BYTES = 4;
const REPLICAS = 3;
const QUESTION_MS = 2_000;
const ATTEMPTS = 20;
const PAUSE_MS = 1_000;

/** Asks until it is answered, for links to a machine that lost its power look open until something is sent over them. */
export function patientAnswer(stage: Stage, client: DirectClient, node: number, topic: string): string | undefined {
  let outcome: DirectOutcome | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    outcome = complete(stage, client, node, { kind: 'inspect', topic, argument: '', timeoutMs: QUESTION_MS });
    if ('reply' in outcome && outcome.reply.kind === 'inspect') return outcome.reply.json;
    if ('error' in outcome && outcome.error.code === 'unknown-topic') return undefined;
    stage.simulation.runFor(PAUSE_MS);
  }
  const told = outcome !== undefined && 'error' in outcome ? outcome.error.message : 'something else';
  throw new Violation('a healed cluster does not answer a question', `${topic} of node ${node + 1}: ${told}`);
}

/** Invariant 7. @returns the ring on which all agree. */
export function ringOfAll(stage: Stage, client: DirectClient): Ring {
  const names = stage.inService.map((node) => stage.cluster.names[node]);
  const [first = '', ...others] = stage.inService.map((node) => patientAnswer(stage, client, node, 'ring') ?? '');
  const other = others.findIndex((ring) => ring !== first);
  if (other >= 0) {
    const detail = `${names[0]} says ${first}, ${names[other + 1]} says ${others[other]}`;
    throw new Violation('two nodes with the same history have different rings', detail);
  }
  return JSON.parse(first);
}

/** @returns the first difference between the disks of two home replicas of a partition, if there is one. */
export function differenceOfHomes(simulation: Simulation, { nodes, preferenceLists }: Ring): string | undefined {
  const recordsOf = new Map(nodes.map((name) => [name, recordsByPartition(simulation, name)]));
  for (const [partition, list] of preferenceLists.entries()) {
    const [first = '', ...homes] = list.slice(0, REPLICAS).map((node) => nodes[node] ?? '');
    for (const other of homes) {
      const [mine, theirs] = [first, other].map((name) => recordsOf.get(name)?.get(partition) ?? new Map<string, string>());
      const key = firstDifference(mine ?? new Map(), theirs ?? new Map());
      if (key === undefined) continue;
      const text = Buffer.from(key, 'hex')
        .toString('latin1')
        .replaceAll(/[^ -~]/g, '.');
      return `partition ${partition}, ${text}: ${first} has ${mine?.get(key) ?? 'nothing'}, ${other} has ${theirs?.get(key) ?? 'nothing'}`;
    }
  }
  return undefined;
}

/** Partitions of which a node has a record on its disk. */
export function dataPartitions(simulation: Simulation, name: string): Iterable<number> {
  return recordsByPartition(simulation, name).keys();
}

/** @returns the first record of a deleted key that is left on a disk, if there is one. `isKept`: those that stay. */
export function tombstoneLeft(
  simulation: Simulation,
  names: readonly string[],
  isKept: (key: Uint8Array) => boolean,
): string | undefined {
  for (const name of names) {
    for (const { key, value } of simulation.process(name).disk.content) {
      if (key[0] !== DATA_SPACE || isKept(key) || !isTombstoneRecord(value, CHECKSUM_BYTES)) continue;
      return `${name} has that of ${Buffer.from(key)
        .toString('latin1')
        .replaceAll(/[^ -~]/g, '.')}`;
    }
  }
  return undefined;
}

function recordsByPartition(simulation: Simulation, name: string): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const partitions = new Map<number, Map<string, string>>();
  for (const { key, value } of simulation.process(name).disk.content) {
    if (key[0] !== DATA_SPACE || key.length <= PARTITION_BYTES) continue;
    const partition = ((key[1] ?? 0) << 8) | (key[2] ?? 0);
    const records = partitions.get(partition) ?? new Map<string, string>();
    partitions.set(partition, records);
    records.set(Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex'));
  }
  return partitions;
}

function firstDifference(mine: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): string | undefined {
  for (const key of new Set([...mine.keys(), ...theirs.keys()])) if (mine.get(key) !== theirs.get(key)) return key;
  return undefined;
}
