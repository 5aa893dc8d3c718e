/**
 * SWIM's failure detector with Lifeguard's self-doubt: each node pings one other per period, and asks a few to try in its stead when
 * there is no answer; who answers none of them is suspected, and held dead when it does not refute in time.
 *
 * Intuition: the work per node and period is constant, whatever the size of the cluster; and one lost message, one bad path or one
 * slow node must not be enough to condemn anybody.
 *
 * | event                                   | what follows                                                               |
 * |-----------------------------------------|----------------------------------------------------------------------------|
 * | a period begins                         | the probe before it is judged; ping the next in a shuffled order           |
 * | no answer in time                       | ping request to k others                                                   |
 * | ack of the probe                        | own health improves                                                        |
 * | no ack until the period ends            | suspect; own health worsens by each helper that did not even say nack      |
 * | ping                                    | ack                                                                        |
 * | ping request                            | ping its target; pass on the ack, or nack when most of the time is over    |
 * | suspected or dead oneself               | alive at a greater incarnation; own health worsens                         |
 * | suspicion confirmed by another node     | less time to refute                                                        |
 * | suspicion not refuted in time           | dead                                                                       |
 * | the runner was held up                  | own health worsens; all deadlines move by as much                          |
 *
 * Sources: SWIM (Das, Gupta, Motivala 2002); Lifeguard (Dadgar, Phillips, Currey 2017). Deviations: the dead stay in the order, and
 * are pinged besides the probe of a period, so that both halves of a healed partition find each other again; event-loop delay, which
 * the runner measures, counts as ill health of its own.
 * Invariants: what is held of a node only rises in the order of `update.ts`; at most one probe and one ping of a dead node per
 * period; at most so many updates per message; a node never holds itself suspect.
 */
import { invariant } from '../../runtime/errors/index.ts';
import type { NodeName } from '../ring/index.ts';
import type { ProbeMessage } from './message.ts';
import { hear, send } from './opinions.ts';
import { DETECTOR_DEFAULTS, type DetectorOptions } from './options.ts';
import { hush } from './rumours.ts';
import { type DetectorEffects, type DetectorState, draw, nextSequence, patience, shuffle, worsen } from './state.ts';

/** Of the time in which the origin waits, in per cent: then a helper says that it has no answer. */
const NACK_PERCENT = 80;

/** @param seed - of the random order: another one for each node. */
export function startDetector(self: NodeName, seed: number, now: number, options: Partial<DetectorOptions> = {}): DetectorState {
  const all = { ...DETECTOR_DEFAULTS, ...options };
  invariant(all.answerMs < all.periodMs, 'a ping has less time than the period');
  const state: DetectorState = {
    self,
    options: all,
    incarnation: 0,
    opinions: new Map(),
    suspicions: new Map(),
    rumours: new Map(),
    order: [],
    position: 0,
    probe: undefined,
    errands: new Map(),
    nextPeriod: 0,
    health: 0,
    sequence: 0,
    random: seed,
  };
  // Nodes that start together do not probe together.
  state.nextPeriod = now + draw(state, all.periodMs);
  return state;
}

/** Who belongs to the cluster now, this node or not. Newcomers are held alive. */
export function setMembers(state: DetectorState, members: Iterable<NodeName>, now: number): void {
  const names = new Set(members);
  names.delete(state.self);
  for (const gone of state.opinions.keys()) {
    if (names.has(gone)) continue;
    state.opinions.delete(gone);
    state.suspicions.delete(gone);
    hush(state.rumours, gone);
  }
  for (const name of names) {
    if (state.opinions.has(name)) continue;
    state.opinions.set(name, { standing: 'alive', incarnation: 0, since: now });
    // SWIM, section 4.3: anywhere in the order, so that nobody is probed later than in two rounds.
    state.order.splice(draw(state, state.order.length + 1), 0, name);
  }
  state.order = state.order.filter((name) => names.has(name));
  if (state.probe !== undefined && !names.has(state.probe.target)) state.probe = undefined;
}

/** When {@link onTime} has something to do. */
export function nextTime(state: DetectorState): number {
  let next = state.nextPeriod;
  if (state.probe?.phase === 'direct') next = Math.min(next, state.probe.answerDeadline);
  for (const { deadline } of state.suspicions.values()) next = Math.min(next, deadline);
  for (const { nackDeadline } of state.errands.values()) next = Math.min(next, nackDeadline);
  return next;
}

export function onTime(state: DetectorState, now: number, effects: DetectorEffects): void {
  for (const [sequence, errand] of state.errands) {
    if (now < errand.nackDeadline) continue;
    state.errands.delete(sequence);
    if (state.options.lifeguard) send(state, errand.origin, { kind: 'nack', sequence: errand.originSequence }, effects);
  }
  for (const [node, { deadline }] of state.suspicions) {
    if (now < deadline) continue;
    hear(state, { node, standing: 'dead', incarnation: state.opinions.get(node)?.incarnation ?? 0 }, now, effects);
  }
  if (state.probe?.phase === 'direct' && now >= state.probe.answerDeadline) askHelpers(state, effects);
  if (now >= state.nextPeriod) {
    judgeProbe(state, now, effects);
    beginPeriod(state, now, effects);
  }
}

/**
 * The runner was held up for so long: what seems late may lie waiting in its own machine. Each probe is excused once only, so that a
 * node that is always late goes on probing, with the patience that its poor health brings; it condemns nobody meanwhile.
 */
export function onDelay(state: DetectorState, delayMs: number): void {
  if (!state.options.lifeguard) return;
  worsen(state, 1);
  for (const suspicion of state.suspicions.values()) suspicion.deadline += delayMs;
  for (const errand of state.errands.values()) errand.nackDeadline += delayMs;
  const { probe } = state;
  if (probe === undefined || probe.phase === 'answered' || probe.isExcused) return;
  probe.isExcused = true;
  probe.answerDeadline += delayMs;
  state.nextPeriod += delayMs;
}

export function onMessage(
  state: DetectorState,
  from: NodeName,
  message: ProbeMessage,
  now: number,
  effects: DetectorEffects,
): void {
  for (const update of message.updates) hear(state, update, now, effects);
  switch (message.kind) {
    case 'ping':
      send(state, from, { kind: 'ack', sequence: message.sequence }, effects);
      break;
    case 'ping-request': {
      if (!state.opinions.has(message.target)) break;
      const sequence = nextSequence(state);
      const nackDeadline = now + (state.options.answerMs * NACK_PERCENT) / 100;
      state.errands.set(sequence, { origin: from, originSequence: message.sequence, nackDeadline });
      send(state, message.target, { kind: 'ping', sequence }, effects);
      break;
    }
    case 'ack':
      onAck(state, message.sequence, effects);
      break;
    case 'nack':
      if (state.probe?.sequence === message.sequence) state.probe.nacks++;
      break;
  }
}

function onAck(state: DetectorState, sequence: number, effects: DetectorEffects): void {
  const { probe } = state;
  if (probe?.sequence === sequence && probe.phase !== 'answered') {
    probe.phase = 'answered';
    worsen(state, -1);
    return;
  }
  const errand = state.errands.get(sequence);
  if (errand === undefined) return;
  state.errands.delete(sequence);
  send(state, errand.origin, { kind: 'ack', sequence: errand.originSequence }, effects);
}

function askHelpers(state: DetectorState, effects: DetectorEffects): void {
  const { probe, options } = state;
  if (probe === undefined) return;
  probe.phase = 'indirect';
  const helpers = [...state.opinions].filter(([name, { standing }]) => name !== probe.target && standing === 'alive');
  for (let asked = 0; asked < options.helpers && helpers.length > 0; asked++) {
    const [[helper] = [probe.target]] = helpers.splice(draw(state, helpers.length), 1);
    probe.helpersAsked++;
    send(state, helper, { kind: 'ping-request', sequence: probe.sequence, target: probe.target }, effects);
  }
}

function judgeProbe(state: DetectorState, now: number, effects: DetectorEffects): void {
  const { probe, self } = state;
  state.probe = undefined;
  if (probe === undefined || probe.phase === 'answered') return;
  // Helpers that say nack are well, and so is the path to them: then it is the target. Silent ones point to this node.
  worsen(state, probe.helpersAsked > 0 ? Math.max(0, probe.helpersAsked - probe.nacks) : 1);
  const opinion = state.opinions.get(probe.target);
  if (opinion === undefined || opinion.standing === 'dead') return;
  hear(state, { node: probe.target, standing: 'suspect', incarnation: opinion.incarnation, by: self }, now, effects);
}

function beginPeriod(state: DetectorState, now: number, effects: DetectorEffects): void {
  const { periodMs, answerMs } = state.options;
  state.nextPeriod = now + periodMs * patience(state);
  let knocked = false;
  for (let looked = 0; looked < state.order.length; looked++) {
    const target = nextInOrder(state);
    const sequence = nextSequence(state);
    if (state.opinions.get(target)?.standing !== 'dead') {
      const answerDeadline = now + answerMs * patience(state);
      state.probe = { target, sequence, answerDeadline, phase: 'direct', isExcused: false, helpersAsked: 0, nacks: 0 };
      send(state, target, { kind: 'ping', sequence }, effects);
      return;
    }
    // It hears that it is held dead, and refutes if it is not.
    if (!knocked) send(state, target, { kind: 'ping', sequence }, effects);
    knocked = true;
  }
}

function nextInOrder(state: DetectorState): NodeName {
  if (state.position >= state.order.length) {
    state.position = 0;
    shuffle(state, state.order);
  }
  return state.order[state.position++] as NodeName;
}
