/**
 * Chain replication under the checker: a chain in its first epoch, clients that append and read, and a master that at any moment
 * seals the epoch and starts the next one, as far as the rule of succession allows.
 *
 * The chain is already running when the model starts. A request that a member does not serve stays in the network, as if the client
 * asked until someone does; so the redirect of the production handler is never sent here.
 */
import {
  type ChainMessage,
  type ChainState,
  type Configuration,
  chainMember,
  currentRole,
  type Fenced,
  isTail,
  serves,
  succession,
} from '../../protocols/chain/index.ts';
import { type Effects, type Process, type ProcessId, processId } from '../../protocols/process/index.ts';
import { isLinearizable } from './client-operations.ts';
import { faultBounds, faultsSized, type ModelFaults } from './faults.ts';
import { groupView, namesOf } from './group-view.ts';
import { type ClientView, type GroupProcess, type GroupState, processGroup } from './process-group.ts';
import { sized } from './sized.ts';

interface MasterState {
  readonly fenced: Map<ProcessId, Fenced>;
  current: Configuration;
  /** How many of the planned configurations have been started. */
  started: number;
}

interface ClientState {
  readonly script: readonly ChainStep[];
  done: number;
}

export interface ChainStep {
  readonly kind: 'append' | 'read';
  readonly at: number;
}

type State = ChainState<string> | MasterState | ClientState;
export type ChainGroupState = GroupState<State, ChainMessage<string>>;
export type ChainGroupProcess = GroupProcess<State, ChainMessage<string>>;

export interface ChainModelOptions extends ModelFaults {
  readonly servers: number;
  /** The members of the first epoch, head first, among the servers. */
  readonly members: readonly number[];
  /** The configurations the master goes through. */
  readonly plan: readonly { readonly members: readonly number[]; readonly joining?: number }[];
  readonly scripts: readonly (readonly ChainStep[])[];
  /** What the members are in a mutant. */
  readonly change?: (member: ChainGroupProcess) => ChainGroupProcess;
}

export function chainModel(options: ChainModelOptions) {
  const { servers, members, plan, scripts, change = (member) => member } = options;
  const master = processId(servers);
  const ids = members.map(processId);
  const first: Configuration = { epoch: 1, continues: 0, members: ids, keeping: ids, joining: undefined, master };
  const member = change(running(chainMember<string>({ resend: false }), first));
  const wanted = plan.map((step, place) => ({
    epoch: place + 2,
    members: step.members.map(processId),
    joining: step.joining === undefined ? undefined : processId(step.joining),
    master,
  }));
  const processes: ChainGroupProcess[] = [
    ...Array.from({ length: servers }, () => waiting(member)),
    masterProcess(first, wanted),
    ...scripts.map(clientProcess),
  ];
  return processGroup<State, ChainMessage<string>>({
    name: `chain ${members.join('-')} -> ${plan.map((step) => step.members.join('-')).join(' -> ')}, ${sized([scripts.length, 'client'], ...faultsSized(options))}`,
    processes,
    clients: view,
    view: groupView(namesOf(['member', servers], ['master', 1], ['client', scripts.length])),
    ...faultBounds(options),
    mayCrash: (process) => process < servers,
    properties: [
      { kind: 'always', name: 'linearizable', holds: ({ operations }) => isLinearizable(operations) },
      { kind: 'always', name: 'one tail serves', holds: (state) => tails(state).length <= 1 },
      { kind: 'always', name: 'acknowledged writes survive', holds: acknowledgedSurvive },
      { kind: 'always', name: 'logs of an epoch are prefixes', holds: prefixes },
      {
        kind: 'sometimes',
        name: 'the last epoch serves',
        holds: (state) => tails(state).some((tail) => tail.inStep === plan.length + 1),
      },
      {
        kind: 'sometimes',
        name: 'a value is read',
        holds: ({ network }) => network.some(({ message }) => message.kind === 'read-done' && message.value !== undefined),
      },
    ],
  });
}

function membersOf({ states }: ChainGroupState): { readonly id: ProcessId; readonly state: ChainState<string> }[] {
  return states.flatMap((state, place) => ('log' in state ? [{ id: processId(place), state }] : []));
}

/** The members that serve reads now, of whatever epoch. */
function tails(group: ChainGroupState): ChainState<string>[] {
  return membersOf(group).flatMap(({ id, state }) =>
    state.phase.kind === 'in-step' && isTail(currentRole(state, id)) ? [state] : [],
  );
}

function acknowledgedSurvive(group: ChainGroupState): boolean {
  const done = [...group.operations.completed.values()].flat().flatMap(({ call }) => (call.kind === 'write' ? [call.value] : []));
  return tails(group).every(({ log }) => done.every((value) => log.entries.some((entry) => entry.value === value)));
}

function prefixes(group: ChainGroupState): boolean {
  const inStep = membersOf(group).filter(({ state }) => state.phase.kind === 'in-step');
  return inStep.every(({ id, state }) => {
    const { configuration } = state;
    const place = configuration?.members.indexOf(id) ?? -1;
    const after = place < 0 ? undefined : (configuration?.members[place + 1] ?? configuration?.joining);
    const successor = inStep.find((other) => other.id === after && other.state.configuration?.epoch === configuration?.epoch);
    const entries = successor?.state.log.entries ?? [];
    return entries.every((entry, place) => entry.value === state.log.entries[place]?.value);
  });
}

/** As if the first epoch had begun earlier. A member that comes back from a crash has something stored, and is as in production. */
function running(
  member: Process<ChainState<string>, ChainMessage<string>, string, unknown>,
  first: Configuration,
): ChainGroupProcess {
  const production: ChainGroupProcess = member;
  return {
    ...production,
    start(self, stored, effects) {
      const state = production.start(self, stored, effects);
      if (stored !== undefined || !('log' in state) || !first.members.includes(self)) return state;
      const last = first.members.at(-1) === self;
      const inStep: ChainState<string> = {
        ...state,
        configuration: first,
        sealed: 1,
        inStep: 1,
        phase: { kind: 'in-step', sent: last ? undefined : 0 },
      };
      const { log, acknowledged } = inStep;
      const released: typeof effects = [];
      effects.push(persistOf({ epoch: 1, sealed: 1, inStep: 1, log, acknowledged }, released));
      return inStep;
    },
  };
}

function persistOf<Message>(stored: unknown, then: Effects<Message, string, unknown>): Effects<Message, string, unknown>[number] {
  return { kind: 'persist', stored, then };
}

function waiting(member: ChainGroupProcess): ChainGroupProcess {
  return {
    ...member,
    onMessage(state, self, from, message, effects) {
      const asked = message.kind === 'append' || message.kind === 'read';
      const before = effects.length;
      member.onMessage(state, self, from, message, effects);
      if (asked && 'log' in state && !serves({ state, self }, message.kind) && effects[before]?.kind === 'send') {
        const only = effects[before];
        if (only.message.kind === 'redirect') effects.length = before;
      }
    },
  };
}

function masterProcess(first: Configuration, plan: readonly Omit<Configuration, 'continues' | 'keeping'>[]): ChainGroupProcess {
  const master: Process<MasterState, ChainMessage<string>, string, unknown> = {
    start(_self, _stored, effects) {
      effects.push({ kind: 'set-timer', timer: 'reconfigure' });
      return { fenced: new Map(), current: first, started: 0 };
    },
    onTimer(state, _self, _timer, effects) {
      const wanted = plan[state.started];
      if (wanted === undefined) return;
      for (const to of new Set([...state.current.members, ...wanted.members])) {
        effects.push({ kind: 'send', to, message: { kind: 'seal', epoch: wanted.epoch } });
      }
    },
    onMessage(state, _self, from, message, effects) {
      const wanted = plan[state.started];
      if (message.kind !== 'sealed' || wanted === undefined || message.epoch !== wanted.epoch) return;
      state.fenced.set(from, { inStep: message.inStep });
      const next = succession(state.current, state.fenced, wanted);
      const head = wanted.members[0];
      if (next.kind === 'forbidden' || head === undefined) return;
      state.current = next.configuration;
      state.started++;
      state.fenced.clear();
      effects.push({ kind: 'send', to: head, message: { kind: 'configure', configuration: next.configuration } });
      if (state.started < plan.length) effects.push({ kind: 'set-timer', timer: 'reconfigure' });
    },
  };
  return master as ChainGroupProcess;
}

function clientProcess(script: readonly ChainStep[], place: number): ChainGroupProcess {
  const ask = (done: number, effects: Effects<ChainMessage<string>, string, unknown>) => {
    const step = script[done];
    if (step === undefined) return;
    const request = done + 1;
    const value = `${String.fromCharCode(65 + place)}${request}`;
    const message: ChainMessage<string> =
      step.kind === 'append' ? { kind: 'append', request, value } : { kind: 'read', request, index: 'latest' };
    effects.push({ kind: 'send', to: processId(step.at), message });
  };
  const client: Process<ClientState, ChainMessage<string>, string, unknown> = {
    start(_self, _stored, effects) {
      ask(0, effects);
      return { script, done: 0 };
    },
    onMessage(state, _self, _from, message, effects) {
      if ((message.kind !== 'appended' && message.kind !== 'read-done') || message.request !== state.done + 1) return;
      state.done++;
      ask(state.done, effects);
    },
  };
  return client as ChainGroupProcess;
}

const view: ClientView<ChainMessage<string>> = {
  call(message) {
    if (message.kind === 'append') return { kind: 'write', value: message.value };
    return message.kind === 'read' ? { kind: 'read' } : undefined;
  },
  result(message) {
    if (message.kind === 'appended') return { value: undefined };
    return message.kind === 'read-done' ? { value: message.value } : undefined;
  },
};
