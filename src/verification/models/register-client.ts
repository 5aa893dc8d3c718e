/**
 * A client of a register under the checker: goes through its script, one operation after the other.
 *
 * | state  | event                                          | new state | effects                   |
 * |--------|------------------------------------------------|-----------|---------------------------|
 * | none   | start                                          | step 0    | the request of step 0     |
 * | step k | write-done, read-done, or a refusal, if heeded | step k+1  | the request of step k+1   |
 *
 * The script of the published counts: client c writes its own value at server c mod servers and then reads at the next one; clients
 * are numbered after the servers. A server that does not take a request leaves it in the network, and so does a client an answer
 * that it does not expect.
 */
import { type Effects, type Process, type ProcessId, processId } from '../../protocols/process/index.ts';

import type { ClientView } from './process-group.ts';

/** What ABD and Paxos have in common towards clients. */
export type RegisterRequest =
  | { readonly kind: 'write'; readonly request: number; readonly value: string }
  | { readonly kind: 'read'; readonly request: number };

export type RegisterReply =
  | { readonly kind: 'write-done'; readonly request: number }
  | { readonly kind: 'read-done'; readonly request: number; readonly value: string | undefined };

export interface ScriptStep {
  readonly kind: 'write' | 'read';
  /** Which server is asked. */
  readonly at: number;
}

export interface RegisterClientState {
  readonly script: readonly ScriptStep[];
  /** How many steps are done. */
  done: number;
}

/** The value client number `client` of a group writes: A, B, ... */
export function valueWrittenBy(client: ProcessId, servers: number): string {
  return String.fromCharCode(65 + client - servers);
}

/** Write, then read at the next server. */
export function publishedScript(client: number, servers: number): readonly ScriptStep[] {
  return [
    { kind: 'write', at: client % servers },
    { kind: 'read', at: (client + 1) % servers },
  ];
}

/** @param heedsRefusals - whether it goes on when its write is refused, rather than wait. */
export function registerClient(
  servers: number,
  script: readonly ScriptStep[],
  heedsRefusals = false,
): Process<RegisterClientState, RegisterRequest | { readonly kind: string }> {
  const ask = (done: number, self: ProcessId, effects: Effects<RegisterRequest | { readonly kind: string }>) => {
    const step = script[done];
    if (step === undefined) return;
    const request = done + 1;
    const message: RegisterRequest =
      step.kind === 'write' ? { kind: 'write', request, value: valueWrittenBy(self, servers) } : { kind: 'read', request };
    effects.push({ kind: 'send', to: processId(step.at), message });
  };
  return {
    start(self, _stored, effects) {
      ask(0, self, effects);
      return { script, done: 0 };
    },
    onMessage(state, self, _from, message, effects) {
      const step = script[state.done];
      const answered = step !== undefined && message.kind === `${step.kind}-done`;
      if (!answered && !(heedsRefusals && message.kind === 'write-refused')) return;
      state.done++;
      ask(state.done, self, effects);
    },
  };
}

export function isDone(state: RegisterClientState): boolean {
  return state.done === state.script.length;
}

/** How the history of a group is taken from the messages of such clients. */
export const registerView: ClientView<{ readonly kind: string }> = {
  call(message) {
    if (isWrite(message)) return { kind: 'write', value: message.value };
    return message.kind === 'read' ? { kind: 'read' } : undefined;
  },
  result(message) {
    if (message.kind === 'write-done') return { value: undefined };
    return isReadDone(message) ? { value: message.value } : undefined;
  },
  refused: (message) => message.kind === 'write-refused',
};

function isWrite(message: { readonly kind: string }): message is Extract<RegisterRequest, { readonly kind: 'write' }> {
  return message.kind === 'write';
}

function isReadDone(message: { readonly kind: string }): message is Extract<RegisterReply, { readonly kind: 'read-done' }> {
  return message.kind === 'read-done';
}
