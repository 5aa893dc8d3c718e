/**
 * Two-phase commit as its specification has it: Lamport and Gray's TwoPhase (2006), step by step, but each step is a handler of
 * src/protocols/two-phase-commit.
 *
 * The specification is coarser and finer than what runs. Coarser: messages are a set that only grows, nothing is asked or
 * acknowledged, and a crash is a message not delivered yet. Finer: noting the last vote and deciding to commit are two steps. So
 * the handlers are called one by one here, and of their effects only the three kinds of messages of the specification are kept.
 * Published counts of distinct states (the tests of stateright's example): 288 with 3 resource managers, 8,832 with 5.
 */

import { type ProcessId, processId } from '../../protocols/process/index.ts';
import {
  abort,
  abortUnilaterally,
  type Coordination,
  commit,
  type ManagerEffects,
  type ManagerState,
  mayCommit,
  notePrepared,
  onAbort,
  onCommit,
  type Participation,
  prepare,
  type ResourceManagerEffects,
  type ResourceManagerState,
} from '../../protocols/two-phase-commit/index.ts';
import type { GroupView, Model, Step } from '../model-checker/index.ts';
import { namesOf } from './group-view.ts';
import { shortText } from './short-text.ts';

export interface SpecificationState {
  readonly coordination: Coordination;
  readonly participations: readonly Participation[];
  /** The messages sent so far. */
  readonly sent: { readonly prepared: readonly boolean[]; readonly commit: boolean; readonly abort: boolean };
}

type OfManager = { readonly kind: 'manager commits' | 'manager aborts' };
type OfResource = {
  readonly kind:
    | 'manager receives prepared'
    | 'resource prepares'
    | 'resource chooses to abort'
    | 'resource receives commit'
    | 'resource receives abort';
  readonly resource: number;
};
export type SpecificationAction = OfManager | OfResource;

/** @param resources - how many resource managers, 1 or more. */
export function twoPhaseCommitSpecification(
  resources: number,
  representative: (state: SpecificationState) => SpecificationState = byAllThatDiffers,
): Model<SpecificationState, SpecificationAction> {
  const manager = processId(resources);
  const participants = Array.from({ length: resources }, (_nothing, resource) => processId(resource));
  const initial: SpecificationState = {
    coordination: { phase: 'preparing', client: manager, participants, prepared: new Set() },
    participations: participants.map(() => ({ phase: 'working' })),
    sent: { prepared: participants.map(() => false), commit: false, abort: false },
  };
  const has = (state: SpecificationState, phase: Participation['phase']) =>
    state.participations.some((participation) => participation.phase === phase);
  return {
    name: `two-phase commit, specification, ${resources} resource managers`,
    initialStates: () => [initial],
    actions: possible,
    next: (state, action) => ('resource' in action ? nextOfResource(state, action, manager) : nextOfManager(state, action)),
    representative,
    properties: [
      {
        kind: 'always',
        name: 'nobody commits what another aborts',
        holds: (state) => !(has(state, 'committed') && has(state, 'aborted')),
      },
      {
        kind: 'sometimes',
        name: 'all commit',
        holds: ({ participations }) => participations.every(({ phase }) => phase === 'committed'),
      },
      {
        kind: 'sometimes',
        name: 'all abort',
        holds: ({ participations }) => participations.every(({ phase }) => phase === 'aborted'),
      },
    ],
    describeAction: (action) => ('resource' in action ? `${action.kind} (${action.resource})` : action.kind),
    describeState,
    group: viewOf(resources),
  };
}

/** The manager stands behind its resource managers. What it decides goes to all at once and is received by each for itself. */
function viewOf(resources: number): GroupView<SpecificationState, SpecificationAction> {
  const manager = resources;
  const stepOf = (action: SpecificationAction): Step => {
    if (!('resource' in action)) return { kind: 'internal', process: manager, text: action.kind.replace('manager ', '') };
    const { kind, resource } = action;
    if (kind === 'manager receives prepared') return { kind: 'delivered', from: resource, to: manager, text: 'prepared' };
    if (kind === 'resource prepares') return { kind: 'internal', process: resource, text: 'prepares' };
    if (kind === 'resource chooses to abort') return { kind: 'internal', process: resource, text: 'chooses to abort' };
    const text = kind === 'resource receives commit' ? 'commit' : 'abort';
    return { kind: 'delivered', from: manager, to: resource, text };
  };
  return {
    processes: namesOf(['resource', resources], ['manager', 1]),
    stepOf,
    statesOf: ({ coordination, participations }) => [
      ...participations.map(({ phase }) => new Map([['phase', phase]])),
      new Map([
        ['phase', coordination.phase],
        ['prepared', 'prepared' in coordination ? shortText(coordination.prepared) : '-'],
      ]),
    ],
  };
}

function possible(state: SpecificationState): readonly SpecificationAction[] {
  const { coordination, participations, sent } = state;
  const actions: SpecificationAction[] = [];
  if (coordination.phase === 'preparing') {
    if (coordination.prepared.size === participations.length) actions.push({ kind: 'manager commits' });
    actions.push({ kind: 'manager aborts' });
  }
  participations.forEach(({ phase }, resource) => {
    if (coordination.phase === 'preparing' && sent.prepared[resource] === true) {
      actions.push({ kind: 'manager receives prepared', resource });
    }
    if (phase === 'working')
      actions.push({ kind: 'resource prepares', resource }, { kind: 'resource chooses to abort', resource });
    if (sent.commit) actions.push({ kind: 'resource receives commit', resource });
    if (sent.abort) actions.push({ kind: 'resource receives abort', resource });
  });
  return actions;
}

function nextOfManager(state: SpecificationState, action: OfManager): SpecificationState | undefined {
  const manager: ManagerState = { coordination: state.coordination };
  const effects: ManagerEffects = [];
  if (action.kind === 'manager aborts') abort(manager, effects);
  else if (mayCommit(manager)) commit(manager, effects);
  if (manager.coordination === state.coordination) return undefined;
  return { ...state, coordination: manager.coordination, sent: withSent(state.sent, effects, 0) };
}

function nextOfResource(state: SpecificationState, action: OfResource, manager: ProcessId): SpecificationState | undefined {
  const { resource } = action;
  const participation = state.participations[resource];
  if (participation === undefined) return undefined;
  if (action.kind === 'manager receives prepared') {
    const { coordination } = state;
    const from = processId(resource);
    if (coordination.phase !== 'preparing' || coordination.prepared.has(from)) return undefined;
    const copy = { ...coordination, prepared: new Set(coordination.prepared) };
    notePrepared({ coordination: copy }, from);
    return { ...state, coordination: copy };
  }
  const holder: ResourceManagerState = { participation };
  const effects: ResourceManagerEffects = [];
  if (action.kind === 'resource prepares') prepare(holder, manager, effects);
  else if (action.kind === 'resource chooses to abort') abortUnilaterally(holder);
  else if (action.kind === 'resource receives commit') onCommit(holder, manager, effects);
  else onAbort(holder, effects);
  if (holder.participation.phase === participation.phase) return undefined;
  const participations = state.participations.with(resource, holder.participation);
  return { ...state, participations, sent: withSent(state.sent, effects, resource) };
}

function withSent(
  sent: SpecificationState['sent'],
  effects: ManagerEffects | ResourceManagerEffects,
  sender: number,
): SpecificationState['sent'] {
  for (const effect of effects) {
    const released = effect.kind === 'persist' ? effect.then[0] : effect;
    if (released?.kind !== 'send') continue;
    const { kind } = released.message;
    if (kind === 'prepared') return { ...sent, prepared: sent.prepared.with(sender, true) };
    if (kind === 'commit' || kind === 'abort') return { ...sent, [kind]: true };
  }
  return sent;
}

const phaseOrder: Record<Participation['phase'], number> = { working: 0, prepared: 1, committed: 2, aborted: 3 };

/** Resource managers in the order of all that tells them apart: of the states that differ by a permutation, exactly one. */
export function byAllThatDiffers(state: SpecificationState): SpecificationState {
  const { coordination, sent } = state;
  const noted = 'prepared' in coordination ? coordination.prepared : undefined;
  const bit = (is: boolean | undefined) => (is === true ? 1 : 0);
  return sortedBy(
    state,
    (place) => 4 * phaseAt(state, place) + 2 * bit(sent.prepared[place]) + bit(noted?.has(processId(place))),
  );
}

/**
 * Resource managers in the order of their phase alone; those of one phase keep theirs though they may differ in what is under way. A
 * permutation of a state may then have another representative, and how many are met depends on the order of the search. The
 * published 665 states (5 resource managers, depth first) come from this one.
 */
export function byPhase(state: SpecificationState): SpecificationState {
  return sortedBy(state, (place) => phaseAt(state, place));
}

function phaseAt(state: SpecificationState, place: number): number {
  return phaseOrder[state.participations[place]?.phase ?? 'working'];
}

function sortedBy(state: SpecificationState, rank: (place: number) => number): SpecificationState {
  const order = state.participations.map((_participation, place) => place).sort((a, b) => rank(a) - rank(b));
  const { coordination, participations, sent } = state;
  return {
    coordination: 'prepared' in coordination ? renamed(coordination, order) : coordination,
    participations: order.map((place) => participations[place] ?? { phase: 'working' }),
    sent: { ...sent, prepared: order.map((place) => sent.prepared[place] === true) },
  };
}

function renamed<Named extends { readonly prepared: ReadonlySet<ProcessId> }>(
  coordination: Named,
  order: readonly number[],
): Named {
  const prepared = new Set<ProcessId>();
  order.forEach((place, name) => {
    if (coordination.prepared.has(processId(place))) prepared.add(processId(name));
  });
  return { ...coordination, prepared };
}

function describeState({ coordination, participations, sent }: SpecificationState): string {
  const noted = 'prepared' in coordination ? `, noted ${[...coordination.prepared].join(' ') || 'nobody'}` : '';
  const messages = [
    ...sent.prepared.flatMap((is, resource) => (is ? [`prepared ${resource}`] : [])),
    ...(sent.commit ? ['commit'] : []),
    ...(sent.abort ? ['abort'] : []),
  ];
  return `manager ${coordination.phase}${noted}; ${participations.map(({ phase }, resource) => `${resource} ${phase}`).join(', ')}; sent ${messages.join(', ') || 'nothing'}`;
}
