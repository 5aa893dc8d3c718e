/**
 * ABD on seats that change hands, under the checker: the rules of who may answer, promise and claim are the production ones; beside them, in
 * one step each, a request to one replica, a hand-over's acceptance and its passing on, a claim to one other holder, and news. Four
 * or five nodes, three seats, one register.
 *
 * Disks are lost, a seat is taken from a holder that knows nothing of it, records are dropped. What is recorded is durable at once: what
 * happens before it is, `register.ts` and `transfer.ts` check.
 */
import { isDeepStrictEqual } from 'node:util';
import { majority } from '../../protocols/register/index.ts';
import * as production from '../../protocols/register-seats/index.ts';
import type { NodeName } from '../../protocols/ring/index.ts';
import { mergeSeats, nextEpoch, passedOn, type Seats } from '../../protocols/transfer/index.ts';
import type { Model } from '../model-checker/index.ts';
import {
  type Action,
  actionsOf,
  COORDINATORS,
  copyOf,
  FIRST,
  initial,
  NAMES,
  type NodeState,
  nameOf,
  type OperationState,
  PLACES,
  REMOVED,
  type RegisterSeatsSizes,
  type State,
} from './register-seats-states.ts';

type Ruled = 'judge' | 'grant' | 'isComplete' | 'accept' | 'isAwaited' | 'isVoid' | 'forget' | 'mayHold' | 'letGo';

export interface SeatRules extends Pick<typeof production, Ruled> {
  readonly nextEpoch: typeof nextEpoch;
}

export interface RegisterSeatsOptions extends RegisterSeatsSizes {
  readonly rules?: Partial<SeatRules>;
}

export function registerSeatsModel(options: RegisterSeatsOptions): Model<State, Action> {
  const rules: SeatRules = { ...production, nextEpoch, ...options.rules };
  const step = new Steps(rules);
  return {
    name: nameOf(options),
    initialStates: () => [initial(options)],
    actions: actionsOf,
    next(state, action) {
      const after = copyOf(state);
      return step.take(after, action) ? after : undefined;
    },
    properties: [
      { kind: 'always', name: 'no read goes back', holds: ({ wentBack }) => !wentBack },
      { kind: 'always', name: 'a seat is passed on with everything in it', holds: ({ wasLost }) => !wasLost },
      { kind: 'always', name: 'one node at most is fit for a version of a seat', holds: isUnique },
      // Who has lost its disk does not know what it had.
      ...((options.wipes ?? 0) > 0 ? [] : [{ kind: 'always', name: 'no node holds two seats', holds: isSpread } as const]),
      {
        kind: 'sometimes',
        name: 'all is done after every change',
        holds: (state) =>
          state.operations.every(({ phase }) => phase === 'done') && state.movesLeft + state.wipesLeft + state.takesLeft === 0,
      },
      // Who is told nothing may keep what it likes.
      ...(options.isSilent ? [] : [{ kind: 'at-end', name: "nobody keeps what is others'", holds: isKeptByHolders } as const]),
    ],
    describeAction: (action) => JSON.stringify(action),
    describeState: (state) => JSON.stringify(state),
  };
}

class Steps {
  readonly #rules: SeatRules;

  constructor(rules: SeatRules) {
    this.#rules = rules;
  }

  /** @returns whether it changed anything. */
  take(state: State, action: Action): boolean {
    switch (action.kind) {
      case 'begin': {
        const operation = state.operations[action.operation] as OperationState;
        const coordinator = state.nodes[COORDINATORS[action.operation] as number] as NodeState;
        operation.phase = 'query';
        operation.view = coordinator.seats;
        operation.mustSee = state.finished;
        return true;
      }
      case 'contact':
        return this.#contact(state, action.operation, action.place);
      case 'accept':
        return this.#accept(state, action.from, action.place, action.to);
      case 'pass':
      case 'keep':
        return pass(state, action.node, action.kind === 'pass');
      case 'wipe':
        return wipe(state, action.node);
      case 'drop':
        return this.#drop(state, action.node);
      case 'ask':
        return this.#ask(state, action.node, action.place);
      case 'hear': {
        const [word] = state.words.splice(action.word, 1);
        if (word !== undefined) this.#rules.forget((state.nodes[word.to] as NodeState).standing, word.doubt);
        return true;
      }
      case 'take': {
        const node = state.nodes[action.node] as NodeState;
        const { version = 0, holder = '' } = node.seats[action.place] ?? {};
        const self = NAMES[action.node] as NodeName;
        if (holder === self || !this.#rules.mayHold(node.standing, node.seats, action.place, self)) return false;
        state.takesLeft--;
        const seat = { version: this.#rules.nextEpoch(version), holder: self };
        node.seats = node.seats.with(action.place, seat);
        return true;
      }
      case 'claim':
        return this.#claim(state, action.node, action.place, action.from);
      case 'tell': {
        const [from, to] = [state.nodes[action.node] as NodeState, state.nodes[action.to] as NodeState];
        const before = to.seats;
        to.seats = mergeSeats(to.seats, from.seats);
        return to.seats !== before;
      }
    }
  }

  #contact(state: State, index: number, place: number): boolean {
    const operation = state.operations[index] as OperationState;
    const holder = NAMES.indexOf(operation.view[place]?.holder as NodeName);
    const node = state.nodes[holder];
    if (node === undefined || (operation.answered & (1 << place)) !== 0) return false;
    const verdict = this.#rules.judge({ place, seats: operation.view }, node.seats, node.standing, NAMES[holder] as NodeName);
    if (verdict === 'unfit') return false;
    if (verdict === 'outdated') {
      const view = mergeSeats(operation.view, node.seats);
      if (view === operation.view) return false;
      operation.view = view;
      operation.answered = 0;
      if (operation.phase === 'query') operation.data = 0;
      return true;
    }
    operation.answered |= 1 << place;
    if (operation.phase === 'query') operation.data = Math.max(operation.data, node.data);
    else record(state, node, operation.data);
    if (countOf(operation.answered) < majority(PLACES)) return true;
    operation.answered = 0;
    if (operation.phase === 'query') {
      operation.phase = 'record';
      if (operation.intent === 'write') operation.data++;
      return true;
    }
    operation.phase = 'done';
    if (operation.data < operation.mustSee) state.wentBack = true;
    state.finished = Math.max(state.finished, operation.data);
    return true;
  }

  #accept(state: State, from: number, place: number, to: number): boolean {
    const [node, heir] = [state.nodes[from] as NodeState, state.nodes[to] as NodeState];
    const seat = node.seats[place];
    if (seat === undefined || seat.holder !== NAMES[from] || node.handing !== undefined) return false;
    state.movesLeft--;
    heir.data = Math.max(heir.data, node.data);
    heir.seats = mergeSeats(heir.seats, node.seats);
    if (!this.#rules.mayHold(heir.standing, heir.seats, place, NAMES[to] as NodeName)) return true;
    const isFit = production.judge({ place, seats: node.seats }, node.seats, node.standing, NAMES[from] as NodeName) === 'answer';
    this.#rules.accept(heir.standing, place, seat.version + 1, isFit, node.standing.pledged);
    node.handing = { place, to, version: seat.version };
    return true;
  }

  #drop(state: State, index: number): boolean {
    const node = state.nodes[index] as NodeState;
    const isRemoved = index === REMOVED && state.removal !== 'none';
    const isHolder = node.seats.some(({ holder }) => holder === NAMES[index]) && !isRemoved;
    if (isHolder || node.data === 0 || this.#rules.isAwaited(node.standing, node.seats)) return false;
    if (isRemoved) state.removal = 'heard';
    this.#rules.letGo(node.standing);
    node.data = 0;
    // Of a seat that is another's by now.
    node.claim = undefined;
    return true;
  }

  /** Asks the holder of a seat what became of an acceptance, at any time. Question and answer bring news; the word that it is void may come late, or not at all. */
  #ask(state: State, index: number, place: number): boolean {
    const node = state.nodes[index] as NodeState;
    const holder = NAMES.indexOf(node.seats[place]?.holder as NodeName);
    const [doubt, other] = [production.doubtOf(node.standing, place), state.nodes[holder]];
    if (doubt === undefined || other === undefined || !production.isPlaceAwaited(node.standing, node.seats, place)) return false;
    const before = [node.seats, other.seats];
    other.seats = mergeSeats(other.seats, node.seats);
    node.seats = mergeSeats(node.seats, other.seats);
    const isHanding = other.handing?.place === place && other.handing.to === index;
    const isSaid = this.#rules.isVoid(doubt, other.seats, NAMES[holder] as NodeName, isHanding);
    const isNew = isSaid && !state.words.some(({ to, doubt: said }) => to === index && isDeepStrictEqual(said, doubt));
    if (isNew) state.words.push({ to: index, doubt });
    return isNew || node.seats !== before[0] || other.seats !== before[1];
  }

  /** Asks one node for its promise, and takes in what it has. */
  #claim(state: State, index: number, place: number, from: number): boolean {
    const [node, other] = [state.nodes[index] as NodeState, state.nodes[from] as NodeState];
    const self = NAMES[index] as NodeName;
    const held = node.seats[place];
    if (held?.holder !== self || (index === REMOVED && state.removal === 'heard')) return false;
    if (production.judge({ place, seats: node.seats }, node.seats, node.standing, self) === 'answer') return false;
    const pledge = node.claim?.pledged[place] ?? node.standing.pledged[place];
    const version = production.versionToClaim(held.version, pledge, node.disk);
    if (version !== held.version) node.seats = node.seats.with(place, { version, holder: self });
    if (node.claim?.version !== version) node.claim = production.startClaim(place, version, node.standing.pledged);
    const { claim } = node;
    const before = heardIn(claim);
    const isGranted = this.#rules.grant(other.standing, other.seats, { place, seat: { version, holder: self }, disk: node.disk });
    if (isGranted && version > 0) other.seats = mergeSeats(other.seats, FIRST.with(place, { version, holder: self }));
    node.seats = mergeSeats(node.seats, other.seats);
    production.onHeard(claim, other.standing.pledged);
    if (isGranted) {
      record(state, node, other.data);
      for (const [own, seat] of other.seats.entries()) {
        if (seat.holder !== NAMES[from]) continue;
        const isFit =
          production.judge({ place: own, seats: other.seats }, other.seats, other.standing, NAMES[from] as NodeName) === 'answer';
        claim.grants.set(own, { version: seat.version, isFit, disk: other.disk, isRead: true });
      }
    }
    if (node.seats[place]?.holder !== self) {
      node.claim = undefined;
      return true;
    }
    if (this.#rules.isComplete(claim, node.seats)) {
      node.standing.fit[place] = claim.version;
      node.claim = undefined;
      return true;
    }
    return version !== held.version || before !== heardIn(claim);
  }
}

/** What is written while a seat is handed over is written at both. */
function record(state: State, node: NodeState, data: number): void {
  node.data = Math.max(node.data, data);
  const heir = node.handing === undefined ? undefined : state.nodes[node.handing.to];
  if (heir !== undefined) heir.data = Math.max(heir.data, data);
}

function heardIn({ grants, pledged }: production.Claim): string {
  return JSON.stringify([[...grants], pledged]);
}

function pass(state: State, index: number, isPassed: boolean): boolean {
  const node = state.nodes[index] as NodeState;
  const { handing } = node;
  node.handing = undefined;
  if (handing === undefined) return false;
  if (!isPassed) return true;
  // It may have been taken from this node meanwhile, or claimed anew by it.
  const { holder, version } = node.seats[handing.place] ?? {};
  if (holder !== NAMES[index] || version !== handing.version) return true;
  if ((state.nodes[handing.to] as NodeState).data < node.data) state.wasLost = true;
  node.seats = passedOn(node.seats, handing.place, NAMES[handing.to] as NodeName);
  return true;
}

function wipe(state: State, index: number): boolean {
  state.wipesLeft--;
  const disk = ++state.disks;
  const standing = production.noStanding(PLACES);
  state.nodes[index] = { data: 0, seats: FIRST, standing, disk, claim: undefined, handing: undefined };
  state.words = state.words.filter(({ to }) => to !== index);
  return true;
}

function isKeptByHolders({ nodes }: State): boolean {
  return nodes.every(({ data, seats }, index) => data === 0 || seats.some(({ holder }) => holder === NAMES[index]));
}

function isUnique({ nodes }: State): boolean {
  const seen = new Set<string>();
  for (const [index, { seats, standing }] of nodes.entries()) {
    for (const [place, { version, holder }] of seats.entries()) {
      if (holder !== NAMES[index] || standing.fit[place] !== version) continue;
      if (seen.has(`${place}/${version}`)) return false;
      seen.add(`${place}/${version}`);
    }
  }
  return true;
}

function isSpread({ nodes }: State): boolean {
  const holders = nodes.reduce<Seats>((merged, { seats }) => mergeSeats(merged, seats), FIRST).map(({ holder }) => holder);
  return new Set(holders).size === holders.length;
}

function countOf(bits: number): number {
  return (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1);
}
