/** Taking up what is heard of a node, from others or from one's own probes; and speaking for oneself. */
import { invariant } from '../../runtime/errors/index.ts';
import type { NodeName } from '../ring/index.ts';
import { INCARNATION_MAXIMUM, type ProbeMessage } from './message.ts';
import { ride, spread } from './rumours.ts';
import { type DetectorEffects, type DetectorState, worsen } from './state.ts';
import { confirm, suspect } from './suspicion.ts';
import { compareHeld, type Update } from './update.ts';

export function hear(state: DetectorState, update: Update, now: number, effects: DetectorEffects): void {
  if (update.node === state.self) {
    hearOfSelf(state, update);
    return;
  }
  const opinion = state.opinions.get(update.node);
  // A stranger: who belongs to the cluster is told elsewhere.
  if (opinion === undefined) return;
  const rank = compareHeld(update, opinion);
  if (rank > 0) adopt(state, update, now, effects);
  else if (rank === 0 && update.standing === 'suspect') {
    const suspicion = state.suspicions.get(update.node);
    if (suspicion !== undefined && confirm(suspicion, update.by)) spread(state.rumours, update);
  }
}

function adopt(state: DetectorState, update: Update, now: number, effects: DetectorEffects): void {
  const { node, standing, incarnation } = update;
  const opinion = state.opinions.get(node);
  invariant(opinion !== undefined && compareHeld(update, opinion) > 0, `what is held of ${node} only rises`);
  if (opinion.standing !== standing) {
    opinion.since = now;
    effects.push({ kind: 'judged', node, standing });
  }
  opinion.standing = standing;
  opinion.incarnation = incarnation;
  if (update.standing === 'suspect') state.suspicions.set(node, suspect(state.options, state.opinions.size + 1, update.by, now));
  else state.suspicions.delete(node);
  spread(state.rumours, update);
}

/** Only the node itself may say that it is alive at a greater incarnation. */
function hearOfSelf(state: DetectorState, update: Update): void {
  const { self, rumours } = state;
  if (update.standing === 'alive') {
    // From before a restart.
    state.incarnation = Math.max(state.incarnation, update.incarnation);
    return;
  }
  if (update.incarnation >= state.incarnation) {
    state.incarnation = Math.min(update.incarnation + 1, INCARNATION_MAXIMUM);
    worsen(state, 1);
  }
  spread(rumours, { node: self, standing: 'alive', incarnation: state.incarnation });
}

type WithoutUpdates<Message> = Message extends ProbeMessage ? Omit<Message, 'updates'> : never;

/** With the updates that ride along; whoever is suspected hears so first, to be able to refute (Lifeguard's buddy system). */
export function send(state: DetectorState, to: NodeName, message: WithoutUpdates<ProbeMessage>, effects: DetectorEffects): void {
  const first = state.options.lifeguard || state.opinions.get(to)?.standing === 'dead' ? chargesAgainst(state, to) : [];
  const updates = ride(state.rumours, state.opinions.size + 1, first);
  effects.push({ kind: 'send', to, message: { ...message, updates } });
}

function chargesAgainst(state: DetectorState, node: NodeName): readonly Update[] {
  const opinion = state.opinions.get(node);
  if (opinion === undefined || opinion.standing === 'alive') return [];
  const { standing, incarnation } = opinion;
  if (standing === 'dead') return [{ node, standing, incarnation }];
  const [by = state.self] = state.suspicions.get(node)?.by ?? [];
  return [{ node, standing, incarnation, by }];
}
