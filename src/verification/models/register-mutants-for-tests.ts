/** ABD with one rule changed. */
import { processId } from '../../protocols/process/index.ts';
import type { OperationId, RegisterMessage, RegisterServerState } from '../../protocols/register/index.ts';
import type { RegisterGroupProcess } from './register.ts';

type Server = RegisterServerState<string>;

/** A read answers with what it found, and does not write it back. */
export function withoutWriteBack(server: RegisterGroupProcess): RegisterGroupProcess {
  return {
    ...server,
    onMessage(state, self, from, message, effects) {
      const held = 'replica' in state ? state.replica.version : undefined;
      server.onMessage(state, self, from, message, effects);
      if (!('operations' in state) || held === undefined) return;
      for (const [id, operation] of state.operations) {
        if (operation.phase !== 'record' || operation.intent !== 'read') continue;
        state.operations.delete(id);
        state.replica.version = held;
        effects.length = 0;
        const { client, request, version } = operation;
        effects.push({ kind: 'send', to: client, message: { kind: 'read-done', request, value: version.value } });
      }
    },
  };
}

/** The coordinator counts one answer more than came: with three servers, itself alone is enough. */
export function quorumBelowMajority(server: RegisterGroupProcess): RegisterGroupProcess {
  const nobody = processId(99);
  const counted = (state: Server, id: OperationId): RegisterMessage<string> | undefined => {
    const operation = state.operations.get(id);
    if (operation?.phase === 'query') return { kind: 'answer', operation: id, version: state.replica.version };
    return operation && { kind: 'recorded', operation: id, timestamp: operation.version.timestamp };
  };
  return {
    ...server,
    onMessage(state, self, from, message, effects) {
      server.onMessage(state, self, from, message, effects);
      if (!('operations' in state) || (message.kind !== 'read' && message.kind !== 'write')) return;
      for (const id of [...state.operations.keys()]) {
        for (let phase = 0; phase < 2; phase++) {
          const extra = counted(state, id);
          if (extra !== undefined) server.onMessage(state, self, nobody, extra, effects);
        }
      }
    },
  };
}
