/** The write-once register (Paxos) under the checker. */
import { compareBallots, knowsDecision, type PaxosMessage, type PaxosState, paxosServer } from '../../protocols/paxos/index.ts';
import { processId } from '../../protocols/process/index.ts';
import { isLinearizable } from './client-operations.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import {
  publishedScript,
  type RegisterClientState,
  registerClient,
  registerView,
  type ScriptStep,
  valueWrittenBy,
} from './register-client.ts';
import { sized } from './sized.ts';

type State = PaxosState<string> | RegisterClientState;
export type PaxosGroupState = GroupState<State, PaxosMessage<string>>;
export type PaxosGroupProcess = GroupProcess<State, PaxosMessage<string>>;

export interface PaxosModelOptions extends ModelFaults {
  readonly servers: number;
  readonly clients: number;
  /** Whether a crash can come before a persist; without a word, if there are crashes at all. */
  readonly slowDisk?: boolean;
  /** Try again by timer with ballots of up to this round; 1 or more. Without it no timer is set. */
  readonly rounds?: number;
  /** As published, a server that knows the decision does no more than answer reads; in production it tells everyone. */
  readonly textbook?: boolean;
  /** What each client does, instead of writing once and then reading. */
  readonly scripts?: readonly (readonly ScriptStep[])[];
  /** What the servers are in a mutant. */
  readonly change?: (server: PaxosGroupProcess) => PaxosGroupProcess;
}

/** With 3 servers, 2 clients and as a textbook has it: the 16,668 states of stateright's paxos example. */
export function paxosModel(options: PaxosModelOptions) {
  const { servers, clients, crashes = 0, rounds, textbook = false, change = (server) => server } = options;
  const group = Array.from({ length: servers }, (_nothing, place) => processId(place));
  const production: PaxosGroupProcess = paxosServer<string>({ group, retry: rounds !== undefined });
  const server = change(textbook ? onlyReadsOnceDecided(production) : production);
  const scripts =
    options.scripts ?? Array.from({ length: clients }, (_nothing, place) => publishedScript(servers + place, servers));
  const values = new Set(
    Array.from({ length: clients }, (_nothing, place) => valueWrittenBy(processId(servers + place), servers)),
  );
  return processGroup<State, PaxosMessage<string>>({
    name: `write-once register (Paxos), ${sized([servers, 'server'], [clients, 'client'], ...faultsSized(options))}`,
    processes: [...group.map(() => server), ...scripts.map((script) => registerClient(servers, script, !textbook))],
    clients: registerView,
    view: groupView(namesOf(['server', servers], ['client', scripts.length])),
    slowDisk: options.slowDisk ?? crashes > 0,
    ...faultBounds(options),
    mayCrash: (process) => process < servers,
    ...(rounds === undefined ? {} : { copiesMaximum: 1, withinBounds: (state) => maximalRound(state) <= rounds }),
    properties: [
      { kind: 'always', name: 'agreement', holds: (state) => new Set(decisions(state)).size <= 1 },
      { kind: 'always', name: 'validity', holds: (state) => decisions(state).every((value) => values.has(value)) },
      // One value is ever written, so two writers that both succeed would be seen by the reads of a plain register.
      { kind: 'always', name: 'linearizable', holds: ({ operations }) => isLinearizable(operations) },
      {
        kind: 'sometimes',
        name: 'value chosen',
        holds: ({ network }) => network.some(({ message }) => message.kind === 'read-done'),
      },
    ],
  });
}

function decisions({ states }: PaxosGroupState): string[] {
  return states
    .flatMap((state) => ('acceptor' in state ? [knowsDecision(state)?.proposal.value] : []))
    .filter((value) => value !== undefined);
}

function maximalRound({ states }: PaxosGroupState): number {
  const ballots = states.flatMap((state) => ('acceptor' in state ? [state.acceptor.promised] : []));
  return ballots.sort(compareBallots).at(-1)?.round ?? 0;
}

function onlyReadsOnceDecided(server: PaxosGroupProcess): PaxosGroupProcess {
  return {
    ...server,
    onMessage(state, self, from, message, effects) {
      const decided = 'acceptor' in state && knowsDecision(state) !== undefined;
      if (!decided || message.kind === 'read') server.onMessage(state, self, from, message, effects);
    },
  };
}
