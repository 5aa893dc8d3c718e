/**
 * How a node comes by a seat whose holder is gone for good: the side of the one that shall have it. Those who give it what they have are in `sender.ts`.
 *
 * Intuition: what the lost holder has acknowledged together with others, one of them has. So each holder of another seat gives all that it has, and
 * says so again and again; when all have said so of what is here now, the seat is taken. What is here is named by a receipt: another one after each
 * start, and whenever records begin to go, or have gone. So a word that was long on its way, or of a holder that has not noticed, counts for nothing.
 *
 * | event                                              | effect                                        |
 * |----------------------------------------------------|-----------------------------------------------|
 * | a holder has given all, under the present receipt  | it counts                                     |
 * | a holder has given all, under another one          | it does not, and is told to begin anew        |
 * | records begin to go, or this node starts anew      | the receipt is another: nobody counts         |
 * | the seats or the ring are others than before       | nobody counts; whoever has given all says so  |
 * | all holders count                                  | take the seat, durably, in the next epoch     |
 *
 * Source: our own, on the Dynamo paper's sections 4.7 and 4.9, which leave open when a new replica may answer.
 * Invariants: whoever takes the seat has whatever a holder had acknowledged before it said that it had given all; nothing goes from when it is taken on.
 */
import type { NodeName } from '../ring/index.ts';

export interface RebuildState {
  /** Who has given all, and under which receipt. */
  readonly given: Map<NodeName, number>;
}

export function startRebuild(): RebuildState {
  return { given: new Map() };
}

/**
 * A holder has given all that it has.
 * @param receipt - of what it has found here, or brought
 * @param here - of what is here now; `undefined` while records go
 * @returns whether that counts
 */
export function onGivenAll(state: RebuildState, from: NodeName, receipt: number, here: number | undefined): boolean {
  if (receipt !== here) return false;
  state.given.set(from, receipt);
  return true;
}

/** Others may have to give by now. */
export function onSeatsChanged(state: RebuildState): void {
  state.given.clear();
}

/** Who has not given all: when nobody is left the seat may be taken. */
export function lacking(state: RebuildState, holders: readonly NodeName[], here: number | undefined): readonly NodeName[] {
  return holders.filter((holder) => here === undefined || state.given.get(holder) !== here);
}
