/** The atomic register (ABD) under the checker: production servers, and clients that write once and then read. */

import { processId } from '../../protocols/process/index.ts';
import { type RegisterMessage, type RegisterServerState, registerServer } from '../../protocols/register/index.ts';
import { isLinearizable } from './client-operations.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupOptions, type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import {
  isDone,
  publishedScript,
  type RegisterClientState,
  registerClient,
  registerView,
  type ScriptStep,
} from './register-client.ts';
import { sized } from './sized.ts';

export type RegisterGroupState = GroupState<RegisterServerState<string> | RegisterClientState, RegisterMessage<string>>;
export type RegisterGroupProcess = GroupProcess<RegisterServerState<string> | RegisterClientState, RegisterMessage<string>>;

export interface RegisterModelOptions extends ModelFaults {
  readonly servers: number;
  readonly clients: number;
  /** Whether a crash can come before a persist; without a word, if there are crashes at all. */
  readonly slowDisk?: boolean;
  /** What each client does, instead of writing once and then reading. */
  readonly scripts?: readonly (readonly ScriptStep[])[];
  /** What the servers are in a mutant. */
  readonly change?: (server: RegisterGroupProcess) => RegisterGroupProcess;
}

/** With 2 servers, 2 clients and nothing else: the 544 states of stateright's linearizable-register example. */
export function registerModel(options: RegisterModelOptions) {
  const { servers, clients, crashes = 0, losses = 0, change = (server) => server } = options;
  const scripts =
    options.scripts ?? Array.from({ length: clients }, (_nothing, place) => publishedScript(servers + place, servers));
  const group = Array.from({ length: servers }, (_nothing, place) => processId(place));
  const server: RegisterGroupProcess = registerServer<string>({ group, operationsMaximum: 1, resend: false });
  const groupOptions: GroupOptions<RegisterServerState<string> | RegisterClientState, RegisterMessage<string>> = {
    name: `register (ABD), ${sized([servers, 'server'], [clients, 'client'], ...faultsSized(options))}`,
    processes: [...group.map(() => change(server)), ...scripts.map((script) => registerClient(servers, script))],
    clients: registerView,
    view: groupView(namesOf(['server', servers], ['client', scripts.length])),
    slowDisk: options.slowDisk ?? crashes > 0,
    ...faultBounds(options),
    // Who doubles a request makes a second write of it: servers say that they count on a connection that does not.
    mayDuplicate: ({ from }) => from < servers,
    mayCrash: (process) => process < servers,
    properties: [
      { kind: 'always', name: 'linearizable', holds: ({ operations }) => isLinearizable(operations) },
      {
        kind: 'sometimes',
        name: 'value chosen',
        holds: ({ network }) => network.some(({ message }) => message.kind === 'read-done' && message.value !== undefined),
      },
      // What a crash forgets or a loss takes, these clients do not ask for again, as those in production do.
      ...(crashes + losses > 0 ? [] : [allDone]),
    ],
  };
  return processGroup(groupOptions);
}

const allDone = {
  kind: 'eventually',
  name: 'all clients are done',
  holds: ({ states }: RegisterGroupState) => states.every((state) => !('script' in state) || isDone(state)),
} as const;
