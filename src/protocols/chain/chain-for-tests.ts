/** Members of a chain under the control of a test, which is client and master. */
import { Group } from '../group-for-tests.ts';
import { type ProcessId, processId } from '../process/index.ts';
import {
  type ChainMessage,
  type ChainOptions,
  type ChainState,
  type ChainTimer,
  type Configuration,
  chainMember,
  type StoredChain,
} from './index.ts';

export type Members = Group<ChainState<string>, ChainMessage<string>, ChainTimer, StoredChain<string>>;

export const [a, b, c, d] = [0, 1, 2, 3].map(processId) as [ProcessId, ProcessId, ProcessId, ProcessId];
export const client: ProcessId = processId(10);
export const master: ProcessId = processId(20);

export function members(ids: readonly ProcessId[], options: Partial<ChainOptions> = {}): Members {
  const member = chainMember<string>({ resend: false, ...options });
  return new Group(new Map(ids.map((id) => [id, member])));
}

export function configuration(epoch: number, ids: readonly ProcessId[], more: Partial<Configuration> = {}): Configuration {
  return { epoch, continues: epoch - 1, members: ids, keeping: ids, joining: undefined, master, ...more };
}

/** Epoch 1 of a new chain, everyone in step. */
export function chain(ids: readonly ProcessId[], more: Partial<Configuration> = {}): Members {
  const group = members([a, b, c, d]);
  start(group, configuration(1, ids, more));
  return group;
}

/** Give the head a configuration and let it travel to the tail. */
export function start(group: Members, next: Configuration): void {
  group.send(master, next.members[0] as ProcessId, { kind: 'configure', configuration: next });
  group.settle();
}

let requests = 0;

export function append(group: Members, to: ProcessId, value: string): void {
  group.send(client, to, { kind: 'append', request: ++requests, value });
}

export function values(group: Members, id: ProcessId): readonly string[] {
  return group.state(id).log.entries.map(({ value }) => value);
}

/** What clients and master were told since the last time. */
export function said(group: Members): ChainMessage<string>[] {
  return group.outside.splice(0).map(({ message }) => message);
}
