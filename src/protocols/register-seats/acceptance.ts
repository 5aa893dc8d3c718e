/**
 * What becomes of a seat that a node has accepted and heard nothing of since.
 *
 * Intuition: who has accepted a seat keeps everything of its partition, for the seat may be its own by now. But the answer may have been lost, or
 * the holder has crashed before the move was durable, and by now the ring wants the seat elsewhere: then nobody ever says so. So the accepter asks
 * the holder that it knows of. The holder's word is that it will not make use of any acceptance of that version that it has asked for up to now. It needs
 * no disk for that: an acceptance is of use only to the hand-over that asked for it, which a crash ends, and whose move, if it
 * became durable, is in the table of seats that the holder starts with.
 *
 * | node     | event                                                        | effects                                            |
 * |----------|--------------------------------------------------------------|----------------------------------------------------|
 * | accepter | an acceptance has been open for a while                      | ask the holder, again and again                    |
 * | holder   | asked; it is handing the seat over to the one that asks      | answer: open                                       |
 * | holder   | asked; else, and it holds the version before the accepted one | answer: void                                      |
 * | holder   | asked; else                                                  | answer: open, with the seats it knows              |
 * | accepter | void, and it has accepted nothing since it asked             | forget the acceptance, persist, then: records may go |
 * | accepter | void, but it has accepted something since it asked           | none                                               |
 * | accepter | hears of the accepted version of the seat, or a later one    | the acceptance is settled                          |
 *
 * Source: our own. Invariant: when a holder persists a move, the new holder has not forgotten the acceptance that it goes by. For the question was asked
 * after that acceptance: then the holder was handing over when it answered; or before it: then it was accepted since.
 */
import type { NodeName } from '../ring/index.ts';
import type { Seats } from '../transfer/index.ts';
import type { Standing } from './standing.ts';

/** Which acceptance it is that a node asks about. */
export interface Doubt {
  readonly place: number;
  readonly version: number;
  /** As they were when it asked. */
  readonly acceptances: number;
}

/** `undefined` if nothing of that place was accepted. */
export function doubtOf({ accepted, acceptances }: Standing, place: number): Doubt | undefined {
  const version = accepted[place];
  return version === undefined ? undefined : { place, version, acceptances };
}

/**
 * The side of the holder.
 * @param isHanding - whether it has asked the one that asks to accept this seat, and has neither made the move durable nor given it up
 */
export function isVoid(
  { place, version }: Pick<Doubt, 'place' | 'version'>,
  known: Seats,
  self: NodeName,
  isHanding: boolean,
): boolean {
  const seat = known[place];
  return !isHanding && seat?.holder === self && seat.version === version - 1;
}

/**
 * The holder has said that it is void. What was accepted is not known to be held by anybody, so this node is not fit for it either.
 * @returns whether it is forgotten, which has to be durable before anything is dropped
 */
export function forget(standing: Standing, { place, version, acceptances }: Doubt): boolean {
  if (standing.acceptances !== acceptances || standing.accepted[place] !== version) return false;
  standing.accepted[place] = undefined;
  if (standing.fit[place] === version) standing.fit[place] = undefined;
  return true;
}
