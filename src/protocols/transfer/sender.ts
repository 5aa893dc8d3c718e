/**
 * How a replica's records come to another node while it goes on taking writes: the side of the one that has them.
 *
 * Intuition: walk through the records page by page and tell the other node of each key and its state; it asks for those it lacks.
 * Meanwhile every write goes to it too. When a second walk finds nothing that it lacks, and all that was sent is durable there, the seat (see
 * `seat-table.ts`) may be handed over. A walk costs little where the records are there already: so it is what resumes a transfer, and
 * what confirms one.
 *
 * | phase      | event                                         | new phase  | effects                                   |
 * |------------|-----------------------------------------------|------------|-------------------------------------------|
 * | copying    | page compared, more behind it                 | copying    | send what is wanted; offer the next       |
 * | copying    | last page compared, all sent is durable there | confirming | offer the first page                      |
 * | confirming | last page compared, all sent is durable there | handing    | have it accepted, persist the move (hand-over) |
 * | confirming | the same                                      | complete   | say so (rebuild, release)                 |
 * | copying .. confirming, complete | write                    | the same   | send it; acknowledge it at once           |
 * | copying .. confirming | the other is lost                  | copying    | from the first page, when it is back      |
 * | copying .. confirming | pause, resume                      | the same   | offer no page until resumed               |
 * | handing    | write                                         | handing    | send it; acknowledge it when it is durable there |
 * | handing    | the other does not accept it                  | copying    | from the first page, when it is back; acknowledge what waits |
 * | handing    | move is durable                               | handed     | tell of the move                          |
 * | handed     | write, of a request that began before         | handed     | as handing                                |
 * | handed     | the other will never take a record            | handed     | nobody is told of the writes in it that wait |
 * | copying .. confirming (release) | the other will never take a record, of a node that has handed all over | the same | the record is left aside |
 * | handed     | the other has the move durably, all sent is durable there | done | drop                               |
 * | any        | crash                                         |            | begins anew, or releases if the move was durable |
 *
 * Source: the Dynamo paper, section 6.2 (partition handover) and 4.9; the two phases with a short time of writing to both before the switch are
 * as in live migration (Das et al., Albatross, VLDB 2011). Deviations: the paper does not say how writes during a move are kept.
 * Invariants: when the move is persisted, whatever this replica has acknowledged is durable at the other node; from then until it is durable
 * nothing is acknowledged that is not durable at both; a move is persisted once; nothing is dropped before the other knows durably that
 * the seat is its own.
 */

/** Names a record. */
export type RecordKey = string;

/**
 * `hand-over`: the seat goes to the other. `rebuild`: the other takes the place of one that is lost, and is given what this
 * replica has. `release`: this node has no seat any more, and makes sure that one who has lacks nothing before it drops its records.
 */
export type Purpose = 'hand-over' | 'rebuild' | 'release';

export type Phase = 'copying' | 'confirming' | 'handing' | 'handed' | 'complete' | 'done';

export interface TransferState {
  readonly purpose: Purpose;
  phase: Phase;
  /** The walk has come up to this key, inclusive; `undefined` at its beginning. */
  cursor: RecordKey | undefined;
  /** The walk has come to its end. */
  walked: boolean;
  /** The number of the page that was offered and is not compared yet. */
  offered: number | undefined;
  /** Of records under way: the number of the last sending, which alone tells that what is here now is durable there. */
  readonly pending: Map<RecordKey, number>;
  /** Numbers given to pages and records so far. */
  numbers: number;
  reachable: boolean;
  paused: boolean;
}

export interface TransferEffects {
  /** Tell the other of some records behind a key, and what their state is. */
  offer(after: RecordKey | undefined, number: number): void;
  /** Send a record as it is now. */
  send(key: RecordKey, number: number): void;
  /** Have the other accept the seat, durably, then make it durable here that it is the other's. If it does not: {@link onRefused}. */
  persistMove(): void;
  /** Nothing is lacking there. */
  completed(): void;
  /** Writes of the key that were to wait may be acknowledged. */
  release(key: RecordKey): void;
  /** Writes of the key that were to wait are never acknowledged. */
  giveUp(key: RecordKey): void;
  drop(): void;
}

/** So many records are under way at most before a further page is offered. */
const PENDING_MAXIMUM = 512;

export function startTransfer(purpose: Purpose): TransferState {
  return {
    purpose,
    phase: 'copying',
    cursor: undefined,
    walked: false,
    offered: undefined,
    pending: new Map(),
    numbers: 0,
    reachable: false,
    paused: false,
  };
}

/** The other can be reached, for the first time or again. */
export function onReachable(state: TransferState, effects: TransferEffects): void {
  if (state.reachable) return;
  state.reachable = true;
  for (const key of [...state.pending.keys()]) send(state, key, effects);
  proceed(state, effects);
}

/** The other cannot be reached, or did not answer: what became of what is under way is not known. */
export function onLost(state: TransferState): void {
  state.reachable = false;
  state.offered = undefined;
  if (isWalking(state)) {
    // The walk finds again what was under way.
    state.pending.clear();
    restart(state);
  } else if (state.phase === 'complete') {
    state.pending.clear();
    restart(state);
  }
}

/**
 * A write has been applied here.
 * @returns whether its acknowledgement has to wait for {@link TransferEffects.release}.
 */
export function onWritten(state: TransferState, key: RecordKey, effects: TransferEffects): boolean {
  if (state.phase === 'done') return false;
  const waits = state.phase === 'handing' || state.phase === 'handed';
  if (state.reachable || waits) send(state, key, effects);
  return waits;
}

/** The other has compared a page. `wanted` are keys it lacks, or of which it has another state; `last` the page's last key, `undefined` for an empty page. */
export function onCompared(
  state: TransferState,
  number: number,
  page: { readonly wanted: readonly RecordKey[]; readonly last: RecordKey | undefined; readonly more: boolean },
  effects: TransferEffects,
): void {
  if (state.offered !== number) return;
  state.offered = undefined;
  state.cursor = page.last ?? state.cursor;
  state.walked = !page.more;
  for (const key of page.wanted) send(state, key, effects);
  proceed(state, effects);
}

/** A record is durable there, as it was when it was sent under that number. */
export function onStoredThere(state: TransferState, key: RecordKey, number: number, effects: TransferEffects): void {
  if (state.pending.get(key) !== number) return;
  state.pending.delete(key);
  effects.release(key);
  proceed(state, effects);
}

/**
 * The other will never take a record as it was when it was sent under that number: a node that has left is in no later era, and the others go on as soon
 * as its last seat is another's. Whatever had been acknowledged was durable there before the seat was handed over; what waits here has not been, and
 * never will be.
 * @param isLeftover - this node has left and handed over all that it had: of what it releases now, others have had whatever was acknowledged
 * @returns false if that does not settle it: then the other is to be taken for lost
 */
export function onNeverStoredThere(
  state: TransferState,
  key: RecordKey,
  number: number,
  isLeftover: boolean,
  effects: TransferEffects,
): boolean {
  const isElsewhere = state.purpose === 'hand-over' ? state.phase === 'handed' : state.purpose === 'release' && isLeftover;
  if (!isElsewhere) return false;
  if (state.pending.get(key) !== number) return true;
  state.pending.delete(key);
  effects.giveUp(key);
  proceed(state, effects);
  return true;
}

/** The other has not accepted the seat: nothing has been persisted, and nothing will be before it is asked anew. */
export function onRefused(state: TransferState, effects: TransferEffects): void {
  if (state.phase !== 'handing') return;
  const waiting = [...state.pending.keys()];
  state.pending.clear();
  state.reachable = false;
  restart(state);
  // The seat stays here: what is durable here is acknowledged.
  for (const key of waiting) effects.release(key);
}

/** The move is durable here. */
export function onMovePersisted(state: TransferState): void {
  if (state.phase === 'handing') state.phase = 'handed';
}

/** The other knows durably that the seat is its own. */
export function onMoveKnown(state: TransferState, effects: TransferEffects): void {
  if (state.phase !== 'handed' || state.pending.size > 0) return;
  state.phase = 'done';
  effects.drop();
}

export function setTransferPaused(state: TransferState, paused: boolean, effects: TransferEffects): void {
  state.paused = paused;
  proceed(state, effects);
}

/** Whether it can still be given up without anyone having to know: the seat is this node's. */
export function isCancellable({ phase, purpose }: TransferState): boolean {
  return purpose !== 'hand-over' || phase === 'copying' || phase === 'confirming';
}

function proceed(state: TransferState, effects: TransferEffects): void {
  if (!isWalking(state) || !state.reachable || state.offered !== undefined || state.paused) return;
  if (!state.walked) {
    if (state.pending.size < PENDING_MAXIMUM) {
      state.offered = state.numbers++;
      effects.offer(state.cursor, state.offered);
    }
    return;
  }
  if (state.pending.size > 0) return;
  if (state.phase === 'copying') {
    restart(state);
    state.phase = 'confirming';
    proceed(state, effects);
  } else if (state.purpose === 'hand-over') {
    state.phase = 'handing';
    effects.persistMove();
  } else {
    state.phase = 'complete';
    effects.completed();
  }
}

function restart(state: TransferState): void {
  state.phase = 'copying';
  state.cursor = undefined;
  state.walked = false;
}

function isWalking({ phase }: TransferState): boolean {
  return phase === 'copying' || phase === 'confirming';
}

function send(state: TransferState, key: RecordKey, effects: TransferEffects): void {
  const number = state.numbers++;
  state.pending.set(key, number);
  if (state.reachable) effects.send(key, number);
}
