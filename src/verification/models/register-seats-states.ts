/** The states of the model of a register's seats: four or five nodes, three seats, reads and maybe a write, and what may happen next. */
import * as production from '../../protocols/register-seats/index.ts';
import { type NodeName, nodeName } from '../../protocols/ring/index.ts';
import type { Seats } from '../../protocols/transfer/index.ts';

export const PLACES = 3;
export const NAMES: readonly NodeName[] = ['a', 'b', 'c', 'd', 'e'].map(nodeName);
export const FIRST: Seats = NAMES.slice(0, PLACES).map((holder) => ({ version: 0, holder }));

export interface NodeState {
  /** The version of the register that is here; 0 for none. */
  data: number;
  seats: Seats;
  standing: production.Standing;
  disk: number;
  claim: production.Claim | undefined;
  /** A seat that another node has accepted: what is recorded here is recorded there too, until it is passed on or not. */
  handing: { readonly place: number; readonly to: number; readonly version: number } | undefined;
}

export interface OperationState {
  readonly intent: 'read' | 'write';
  phase: 'none' | 'query' | 'record' | 'done';
  view: Seats;
  answered: number;
  data: number;
  /** What had been read or written when it began. */
  mustSee: number;
}

export interface State {
  readonly nodes: NodeState[];
  readonly operations: OperationState[];
  /** The latest version that any finished operation has returned or written. */
  finished: number;
  wentBack: boolean;
  /** A seat was passed on to a node that lacks something of it. */
  wasLost: boolean;
  /** On their way: that an acceptance is void. */
  words: { readonly to: number; readonly doubt: production.Doubt }[];
  readonly isSilent: boolean;
  readonly asks: boolean;
  readonly hasRivals: boolean;
  /** Of c. Once it has heard of it, it lets go of what it has, and claims nothing. */
  removal: 'none' | 'decided' | 'heard';
  movesLeft: number;
  wipesLeft: number;
  takesLeft: number;
  disks: number;
}

export type Action =
  | { readonly kind: 'begin'; readonly operation: number }
  | { readonly kind: 'contact'; readonly operation: number; readonly place: number }
  | { readonly kind: 'accept'; readonly from: number; readonly place: number; readonly to: number }
  | { readonly kind: 'pass' | 'keep' | 'wipe' | 'drop'; readonly node: number }
  | { readonly kind: 'take' | 'ask'; readonly place: number; readonly node: number }
  | { readonly kind: 'hear'; readonly word: number }
  | { readonly kind: 'claim'; readonly place: number; readonly node: number; readonly from: number }
  | { readonly kind: 'tell'; readonly node: number; readonly to: number };

export interface RegisterSeatsSizes {
  readonly reads: number;
  /** A write before all of them, which b and c have recorded; else it goes on beside them. */
  readonly isWritten?: boolean;
  readonly moves?: number;
  readonly wipes?: number;
  /** Seats that are taken from a holder that lives on. */
  readonly takes?: number;
  /** Nobody is fit at the beginning. */
  readonly isNew?: boolean;
  /** Nobody tells of seats but whoever is asked for something. */
  readonly isSilent?: boolean;
  /** Before the write d had accepted the seat of c, which then kept it. */
  readonly isAccepted?: boolean;
  /** Whether a node that has accepted a seat asks what became of it. Usually it does. */
  readonly asks?: boolean;
  /** The seat of a may go to d as well: a and c know of different rings. */
  readonly hasRivals?: boolean;
  /** It has been decided that c is no member any more, and it may hear of that before it hears of any other holder. */
  readonly isRemoved?: boolean;
  /** There is an e, which takes seats as d does: they know of different rings. */
  readonly hasTwoHeirs?: boolean;
}

export function nameOf({
  reads,
  moves = 0,
  wipes = 0,
  takes = 0,
  isWritten,
  isNew,
  hasRivals,
  isRemoved,
  hasTwoHeirs,
}: RegisterSeatsSizes): string {
  const circumstances = Object.entries({
    written: isWritten,
    new: isNew,
    rivals: hasRivals,
    removed: isRemoved,
    'two heirs': hasTwoHeirs,
  });
  const given = circumstances.flatMap(([name, is]) => (is === true ? [name] : []));
  return [`seats of a register, ${reads} reads, ${moves} moves, ${wipes} wipes, ${takes} takes`, ...given].join(', ');
}

/** c. */
export const REMOVED = 2;

/** At which nodes the reads and then the write are coordinated. */
export const COORDINATORS = [2, 0, 3];
const WRITTEN = 1;

export function initial({
  reads,
  isWritten = false,
  moves = 0,
  wipes = 0,
  takes = 0,
  isNew = false,
  isSilent = false,
  isAccepted = false,
  asks = true,
  hasRivals = false,
  isRemoved = false,
  hasTwoHeirs = false,
}: RegisterSeatsSizes): State {
  const nodes = NAMES.slice(0, hasTwoHeirs ? NAMES.length : NAMES.length - 1).map((_name, index): NodeState => {
    const standing = production.noStanding(PLACES);
    if (!isNew) {
      if (index < PLACES) standing.fit[index] = 0;
      for (let place = 0; place < PLACES; place++)
        if (place !== index && index < PLACES) standing.pledged[place] = { version: 0, disk: place + 1 };
    }
    if (isAccepted && index === 3) production.accept(standing, 2, 1, true, []);
    const data = isWritten && (index === 1 || index === 2) ? WRITTEN : 0;
    return { data, seats: FIRST, standing, disk: index + 1, claim: undefined, handing: undefined };
  });
  const begun = (intent: OperationState['intent']): OperationState => {
    return { intent, phase: 'none', view: FIRST, answered: 0, data: 0, mustSee: 0 };
  };
  const operations = Array.from({ length: reads }, () => begun('read'));
  return {
    nodes,
    operations: isWritten ? operations : [...operations, begun('write')],
    finished: isWritten ? WRITTEN : 0,
    wentBack: false,
    wasLost: false,
    words: [],
    isSilent,
    asks,
    hasRivals,
    removal: isRemoved ? 'decided' : 'none',
    movesLeft: moves,
    wipesLeft: wipes,
    takesLeft: takes,
    disks: NAMES.length,
  };
}

/** Seats are never changed in place. */
export function copyOf(state: State): State {
  return {
    ...state,
    words: [...state.words],
    operations: state.operations.map((operation) => ({ ...operation })),
    nodes: state.nodes.map((node) => {
      const { fit, accepted, pledged, acceptances } = node.standing;
      const standing = { fit: [...fit], accepted: [...accepted], pledged: [...pledged], acceptances };
      const claim = node.claim && { ...node.claim, grants: new Map(node.claim.grants), pledged: [...node.claim.pledged] };
      return { ...node, standing, claim };
    }),
  };
}

export function actionsOf(state: State): Action[] {
  const actions: Action[] = [];
  for (const [operation, { phase }] of state.operations.entries()) {
    if (phase === 'none') actions.push({ kind: 'begin', operation });
    else if (phase !== 'done') for (let place = 0; place < PLACES; place++) actions.push({ kind: 'contact', operation, place });
  }
  for (const [node, { handing, claim }] of state.nodes.entries()) {
    if (handing !== undefined) actions.push({ kind: 'pass', node }, { kind: 'keep', node });
    if (state.wipesLeft > 0 && node < PLACES) actions.push({ kind: 'wipe', node });
    actions.push({ kind: 'drop', node });
    for (let to = 0; to < state.nodes.length && !state.isSilent; to++) if (to !== node) actions.push({ kind: 'tell', node, to });
    for (let place = 0; place < PLACES; place++) {
      if (state.asks) actions.push({ kind: 'ask', place, node });
      if (claim === undefined || claim.place === place)
        for (let from = 0; from < state.nodes.length; from++)
          if (from !== node) actions.push({ kind: 'claim', place, node, from });
    }
  }
  for (let word = 0; word < state.words.length; word++) actions.push({ kind: 'hear', word });
  // The seat of c goes to d: the others are like it.
  if (state.movesLeft > 0) actions.push({ kind: 'accept', from: 2, place: 2, to: 3 });
  if (state.movesLeft > 0 && state.hasRivals) actions.push({ kind: 'accept', from: 0, place: 0, to: 3 });
  for (let heir = PLACES; heir < state.nodes.length && state.takesLeft > 0; heir++)
    actions.push({ kind: 'take', place: 2, node: heir });
  return actions;
}
