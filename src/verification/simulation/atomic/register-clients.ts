/** Clients that read, write and delete the registers of an atomic bucket, with everything written down, and judged by that. */
import { decodeRecord } from '../../../protocols/versions/index.ts';
import type { Simulation } from '../../../runtime/simulated/index.ts';
import type { DirectClient } from '../../../stores/kv/client/index.ts';
import { bucketSettings, type GetReply, type KvRequest } from '../../../stores/kv/index.ts';
import { checkLinearizability, describeOperation, HistoryRecorder, mapModel, Violation } from '../../histories/index.ts';
import type { KvOperation, Stage } from '../kv/index.ts';

export type RegisterOperation = Pick<KvOperation, 'kind' | 'node' | 'key'>;

export const REGISTERS = 'registers';
export const REGISTER_BUCKETS = new Map([[REGISTERS, bucketSettings(REGISTERS, { consistency: 'atomic' })]]);
const BEGINNING_MS = 1_000;
const DRAINED_WITHIN_MS = 60_000;
const TIMEOUT_MS = 700;
const STEPS_MAXIMUM = 200_000;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class RegisterClients {
  reads = 0;
  writes = 0;
  /** Reads and writes that were answered. */
  answered = 0;
  /** Operations without an outcome yet. */
  open = 0;
  readonly #simulation: Simulation;
  readonly #history: HistoryRecorder;
  #serial = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#history = new HistoryRecorder(() => simulation.now);
  }

  act(client: DirectClient, { kind, node, key: place }: RegisterOperation): void {
    const key = `key${place}`;
    // Each operation is a process of its own: a client may have several open.
    const process = this.#serial++;
    const isRead = kind === 'read' || kind === 'count';
    if (isRead) this.reads++;
    else this.writes++;
    const value = `w${process}`;
    const call = isRead
      ? this.#history.invoke({ process, kind: 'read', key })
      : kind === 'delete'
        ? this.#history.invoke({ process, kind: 'delete', key })
        : this.#history.invoke({ process, kind: 'write', key, input: value });
    this.#simulation.note(`${process}: ${isRead ? 'reads' : kind === 'delete' ? 'deletes' : 'writes'} ${key} at n${node + 1}`);
    this.open++;
    client.request(node, requestOf(isRead ? 'read' : kind, key, value), (outcome) => {
      this.open--;
      if ('error' in outcome) {
        this.#simulation.note(`${process}: ${outcome.error.message}`);
        if (outcome.error.outcome === 'not-applied') call.fail();
        else call.unknown();
        return;
      }
      this.answered++;
      const output = outcome.reply.kind === 'get' ? storedIn(outcome.reply) : undefined;
      this.#simulation.note(`${process}: ${output === undefined ? 'done' : `has read ${output ?? 'nothing'}`}`);
      call.ok(output);
    });
  }

  /** @returns whether it could be judged. @throws Violation if what was seen is not linearizable. */
  judge(): boolean {
    const result = checkLinearizability(this.#history.history('map'), mapModel(), { mostSteps: STEPS_MAXIMUM });
    if (result.verdict !== 'violation') return result.verdict === 'ok';
    const [{ key, operations } = { key: '', operations: [] }] = result.violations;
    const told = operations.map((each) => `${each.invocationMs}..${each.responseMs ?? '?'} ${describeOperation(each)}`);
    throw new Violation('an atomic bucket is not linearizable', `key ${key}:\n${told.join('\n')}`);
  }
}

/**
 * Each key so often, one read after the other, by different nodes, given by their places.
 * @returns the keys of which no read was answered.
 */
export function readRegisters(
  stage: Stage,
  registers: RegisterClients,
  name: string,
  { keys, times, nodes }: { readonly keys: readonly number[]; readonly times: number; readonly nodes: readonly number[] },
): readonly number[] {
  const reader = stage.client(name);
  stage.simulation.runFor(BEGINNING_MS);
  return keys.filter((key) => {
    const before = registers.answered;
    for (let count = 0; count < times; count++) {
      registers.act(reader, { kind: 'read', node: nodes[count % nodes.length] ?? 0, key });
      stage.simulation.run(() => registers.open === 0, DRAINED_WITHIN_MS);
    }
    return registers.answered === before;
  });
}

function requestOf(kind: KvOperation['kind'], key: string, value: string): KvRequest {
  const common = { bucket: REGISTERS, key: encoder.encode(key), timeoutMs: TIMEOUT_MS };
  if (kind === 'read') return { kind: 'get', ...common, r: 0 };
  const change =
    kind === 'delete' ? ({ kind: 'delete' } as const) : ({ kind: 'put', contentType: '', value: encoder.encode(value) } as const);
  return { kind: 'change', ...common, context: undefined, change, w: 0 };
}

function storedIn({ record }: GetReply): string | null {
  const version = record === undefined ? undefined : decodeRecord(record).versions[0];
  return version === undefined || version.deleted ? null : decoder.decode(version.value);
}
