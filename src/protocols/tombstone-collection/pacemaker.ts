/**
 * The one who leads all members from era to era: the first of them by name, so that nobody has to be elected; if two hold themselves for it, or
 * it restarts, nothing worse happens than that collections begin anew.
 *
 * | phase   | event                                        | new phase | effects                                      |
 * |---------|----------------------------------------------|-----------|----------------------------------------------|
 * | resting | someone wants the next era                   | asking    | tell all members to enter it                 |
 * | asking  | timer                                        | asking    | tell those again who have not answered       |
 * | asking  | all are in it                                | resting   | `since` stays                                |
 * | asking  | all are in it, one has restarted             | resting   | `since`: the next era                        |
 * | asking  | all have answered, one is further            | asking    | `since`: beyond it; tell all to enter its era |
 * | asking  | one sees other members or holders            | resting   | `since`: the next era that all enter         |
 * | any     | the members or holders are others            | the same  | `since`: the next era that all enter         |
 * | any     | crash                                        | resting   | asks for era 0 first, to learn the present one |
 *
 * Invariants: an era is asked for only when all members are in the one before, or one of them is in it already; `since` is never an era that a
 * present member entered in an earlier life.
 */
import type { Boot, Era, EraAnswer } from './era.ts';

export interface PacemakerEffects<Node> {
  /** Tell the node to enter the present era. Answer: {@link onEraAnswer}. */
  enter(to: Node): void;
  /** All members are in the present era. */
  completed(): void;
}

export interface Pacemaker<Node> {
  readonly boot: Boot;
  phase: 'resting' | 'asking';
  /** That is asked for, or that all are in. */
  era: Era;
  /** `undefined`: of none can it be said yet. */
  since: Era | undefined;
  members: readonly Node[];
  shape: string;
  /** To the present question. */
  readonly answers: Map<Node, EraAnswer>;
  /** Who was there when the last era was complete. */
  boots: ReadonlyMap<Node, Boot>;
}

export function startPacemaker<Node>(boot: Boot): Pacemaker<Node> {
  return { boot, phase: 'resting', era: -1, since: undefined, members: [], shape: '', answers: new Map(), boots: new Map() };
}

/** What may be said of the eras before the present one: as `EraEntry.since`. */
export function sinceOf<Node>({ since, era }: Pacemaker<Node>): Era {
  return since ?? era;
}

/** Someone waits for the next era. @param shape - never '': nothing may be on the move. */
export function wantEra<Node>(
  state: Pacemaker<Node>,
  members: readonly Node[],
  shape: string,
  effects: PacemakerEffects<Node>,
): void {
  const isSame =
    shape === state.shape && members.length === state.members.length && members.every((one) => state.members.includes(one));
  if (state.phase === 'asking' && isSame) return;
  if (!isSame) {
    state.members = [...members];
    state.shape = shape;
    unsettle(state);
  }
  // One that was under way before the change may have been entered by some: it is asked for again.
  if (state.phase === 'resting') state.era++;
  ask(state, effects);
}

export function askEraAgain<Node>(state: Pacemaker<Node>, effects: PacemakerEffects<Node>): void {
  if (state.phase !== 'asking') return;
  for (const member of state.members) if (!state.answers.has(member)) effects.enter(member);
}

export function onEraAnswer<Node>(state: Pacemaker<Node>, from: Node, answer: EraAnswer, effects: PacemakerEffects<Node>): void {
  if (state.phase !== 'asking' || !state.members.includes(from)) return;
  if (answer.shape !== state.shape) {
    unsettle(state);
    state.phase = 'resting';
    state.era--;
    return;
  }
  // Of an earlier question, or of one who has missed eras: it is asked again.
  if (answer.era < state.era) return;
  state.answers.set(from, answer);
  if (state.answers.size < state.members.length) return;
  const furthest = Math.max(...[...state.answers.values()].map(({ era }) => era));
  if (furthest > state.era) {
    unsettle(state);
    state.era = furthest;
    ask(state, effects);
    return;
  }
  complete(state);
  effects.completed();
}

function ask<Node>(state: Pacemaker<Node>, effects: PacemakerEffects<Node>): void {
  state.phase = 'asking';
  state.answers.clear();
  for (const member of state.members) effects.enter(member);
}

function complete<Node>(state: Pacemaker<Node>): void {
  const answers = [...state.answers];
  const isSettled =
    state.boots.size > 0 && answers.every(([member, { isMine, boot }]) => isMine && state.boots.get(member) === boot);
  if (!isSettled) state.since = state.era + 1;
  state.boots = new Map(answers.map(([member, { boot }]) => [member, boot]));
  state.phase = 'resting';
}

function unsettle<Node>(state: Pacemaker<Node>): void {
  state.since = undefined;
  state.boots = new Map();
}
