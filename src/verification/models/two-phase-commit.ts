/**
 * Two-phase commit under the checker as it runs: production handlers, slow disks, crashes, timers. The specification's own steps
 * are in two-phase-commit-specification.ts.
 */
import { type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
import {
  type ManagerState,
  type ResourceManagerState,
  resourceManager,
  type TransactionMessage,
  transactionManager,
} from '../../protocols/two-phase-commit/index.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { sized } from './sized.ts';

interface ClientState {
  heard: 'committed' | 'aborted' | undefined;
}

type State = ManagerState | ResourceManagerState | ClientState;
export type TransactionGroupState = GroupState<State, TransactionMessage>;
export type TransactionGroupProcess = GroupProcess<State, TransactionMessage>;

export interface TransactionModelOptions extends ModelFaults {
  /** How many resource managers. */
  readonly resources: number;
  readonly changeManager?: (manager: TransactionGroupProcess) => TransactionGroupProcess;
  readonly changeResource?: (resource: TransactionGroupProcess) => TransactionGroupProcess;
}

export function transactionModel(options: TransactionModelOptions) {
  const { resources, crashes = 0, changeManager = (manager) => manager, changeResource = (resource) => resource } = options;
  const participants = Array.from({ length: resources }, (_nothing, place) => processId(place));
  const resource = changeResource(resourceManager({ canPrepare: () => true }) as TransactionGroupProcess);
  const manager = changeManager(transactionManager() as TransactionGroupProcess);
  return processGroup<State, TransactionMessage>({
    name: `two-phase commit, ${sized([resources, 'resource manager'], ...faultsSized(options))}`,
    processes: [...participants.map(() => resource), manager, client(participants, processId(resources))],
    view: groupView(namesOf(['resource', resources], ['manager', 1], ['client', 1])),
    slowDisk: crashes > 0,
    ...faultBounds(options),
    mayCrash: (process) => process <= resources,
    copiesMaximum: 1,
    // A change of one resource manager, as a mutant may be, is a change of all.
    symmetry: { alike: participants, renamed },
    // A timer that fires while the disk is slow asks for one persist more: without a bound, for ever.
    withinBounds: ({ persists }) => persists.every((under) => under.length <= 2),
    properties: [
      { kind: 'always', name: 'nobody commits what another aborts', holds: consistent },
      { kind: 'sometimes', name: 'all commit', holds: (state) => phases(state).every((phase) => phase === 'committed') },
      { kind: 'sometimes', name: 'all abort', holds: (state) => phases(state).every((phase) => phase === 'aborted') },
      {
        kind: 'eventually',
        name: 'all know the outcome',
        holds: (state) => phases(state).every((phase) => phase === 'committed' || phase === 'aborted'),
      },
    ],
  });
}

/** The participants are a list without a meaning in its order: the manager speaks to all of them. */
function renamed(data: unknown, rename: (id: ProcessId) => ProcessId): unknown {
  if (data === null || typeof data !== 'object') return data;
  if (data instanceof Set) return new Set([...data].map(rename));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]: [string, unknown]) => [
      name,
      name === 'participants' && Array.isArray(value)
        ? value.map(rename).sort((one, other) => one - other)
        : renamed(value, rename),
    ]),
  );
}

function phases({ states }: TransactionGroupState) {
  return states.flatMap((state) => ('participation' in state ? [state.participation.phase] : []));
}

function consistent(state: TransactionGroupState): boolean {
  const heard = state.states.flatMap((one) => ('heard' in one ? [one.heard] : []));
  const all = [...phases(state), ...heard];
  return !(all.includes('committed') && all.includes('aborted'));
}

function client(participants: readonly ProcessId[], manager: ProcessId): TransactionGroupProcess {
  const process: Process<ClientState, TransactionMessage, string, unknown> = {
    start(_self, _stored, effects) {
      effects.push({ kind: 'send', to: manager, message: { kind: 'begin', participants } });
      return { heard: undefined };
    },
    onMessage(state, _self, _from, message) {
      if (message.kind === 'outcome') state.heard ??= message.outcome;
    },
  };
  return process as TransactionGroupProcess;
}
