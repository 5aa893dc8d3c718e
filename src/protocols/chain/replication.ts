/**
 * Chain replication while nothing fails: entries go from the head to the tail, acknowledgements come back.
 *
 * Intuition: the members' logs are prefixes of one another, the tail's the shortest. What the tail has, all have; so the tail alone
 * may say that a write is done, and what it answers to a read cannot be lost.
 *
 * In step, state (log L, sent to the successor through s, acknowledged through a):
 * | role           | event                  | new state          | effects                                                       |
 * |----------------|------------------------|--------------------|---------------------------------------------------------------|
 * | head           | append x               | L + x              | persist, then: forward what is after s                        |
 * | middle         | forward, next entries  | L + entries        | persist, then: forward what is after s                        |
 * | tail           | forward, next entries  | L + entries, a = end | persist, then: appended to the clients; acknowledge to the predecessor; forward to who is joining |
 * | only           | append x               | L + x, a = end     | persist, then: appended                                       |
 * | joining        | forward, next entries  | L + entries        | persist, then: acknowledge to the tail                        |
 * | head, middle   | acknowledge t > a      | a = t              | acknowledge to the predecessor                                |
 * | tail           | acknowledge t, joining |                    | caught-up to the master if t is the end of L                  |
 * | tail, only     | read                   |                    | persist, then: read-done                                      |
 * | any            | forward, entries known |                    |                                                               |
 * | any            | forward, a gap before  |                    | none: they come again                                         |
 * | any other      | append, read           |                    | redirect                                                      |
 *
 * Everything that relies on an entry leaves only behind the persist of that entry. A read waits for a persist, too: the entry it
 * answers with may be on its way to the disk.
 *
 * Source: van Renesse and Schneider (2004), sections 2 and 3: the update propagation invariant (a successor's log is a prefix of its
 * predecessor's) and the in-process requests (here what is between `acknowledged` and the end of the log). Deviations:
 * acknowledgements are cumulative; each member makes an entry durable before it sends it on.
 */
import type { ProcessId } from '../process/index.ts';
import { isHead, isTail, predecessorOf, successorOf } from './configuration.ts';
import { append, type Entry, entriesAfter, entryAt, type Index, lastIndex } from './log.ts';
import type { ChainMessage } from './message.ts';
import { type ChainEffects, currentRole, persist, type Step } from './state.ts';

type Request<Value> = Extract<ChainMessage<Value>, { readonly kind: 'append' | 'read' }>;

/** Whether a process takes this request now, rather than send its client elsewhere. */
export function serves<Value>({ state, self }: Pick<Step<Value>, 'state' | 'self'>, request: Request<Value>['kind']): boolean {
  if (state.phase.kind !== 'in-step') return false;
  const role = currentRole(state, self);
  return request === 'append' ? isHead(role) : isTail(role);
}

export function onRequest<Value>(step: Step<Value>, client: ProcessId, message: Request<Value>): void {
  const { state, effects } = step;
  const { request } = message;
  if (!serves(step, message.kind)) {
    effects.push({ kind: 'send', to: client, message: { kind: 'redirect', request, configuration: state.configuration } });
  } else if (message.kind === 'append') {
    const epoch = state.configuration?.epoch ?? 0;
    take(step, [{ index: lastIndex(state.log) + 1, epoch, client, request, value: message.value }]);
  } else {
    const index = message.index === 'latest' ? lastIndex(state.log) : message.index;
    const value = entryAt(state.log, index)?.value;
    effects.push(persist(state, [{ kind: 'send', to: client, message: { kind: 'read-done', request, index, value } }]));
  }
}

export function onForward<Value>(step: Step<Value>, entries: readonly Entry<Value>[]): void {
  const { state } = step;
  const first = entries[0];
  const last = lastIndex(state.log);
  if (state.phase.kind !== 'in-step' || first === undefined || first.index > last + 1) return;
  const fresh = entries.filter((entry) => entry.index > last);
  if (fresh.length > 0) take(step, fresh);
}

function take<Value>(step: Step<Value>, entries: readonly Entry<Value>[]): void {
  const { state, effects } = step;
  state.log = append(state.log, entries);
  const then: ChainEffects<Value> = [];
  passOn(step, then);
  effects.push(persist(state, then));
}

/** After the log has grown, or the member come into step: what others are to be told. `then` is to follow a persist. */
export function passOn<Value>(step: Step<Value>, then: ChainEffects<Value>): void {
  const { state, self } = step;
  const { configuration, phase } = state;
  if (configuration === undefined || phase.kind !== 'in-step') return;
  const { epoch } = configuration;
  const last = lastIndex(state.log);
  const role = currentRole(state, self);
  const successor = successorOf(configuration, self);
  if (successor !== undefined && phase.sent !== undefined && phase.sent < last) {
    then.push({
      kind: 'send',
      to: successor,
      message: { kind: 'forward', epoch, entries: entriesAfter(state.log, phase.sent) },
    });
    phase.sent = last;
  }
  if (isTail(role)) acknowledge(step, last, then);
  else if (role === 'joining') tellPredecessor(step, last, then);
}

/** The tail has everything up to `through`, and so has everyone. */
function acknowledge<Value>(step: Step<Value>, through: Index, then: ChainEffects<Value>): void {
  const { state } = step;
  if (through <= state.acknowledged) return;
  for (const { client, request, index } of entriesAfter(state.log, state.acknowledged)) {
    then.push({ kind: 'send', to: client, message: { kind: 'appended', request, index } });
  }
  state.acknowledged = through;
  tellPredecessor(step, through, then);
}

export function onAcknowledge<Value>(step: Step<Value>, from: ProcessId, through: Index): void {
  const { state, effects } = step;
  const { configuration, phase } = state;
  if (configuration === undefined || phase.kind !== 'in-step') return;
  if (from === configuration.joining) {
    const caughtUp = { kind: 'caught-up', epoch: configuration.epoch } as const;
    if (through === lastIndex(state.log)) effects.push({ kind: 'send', to: configuration.master, message: caughtUp });
  } else if (through > state.acknowledged) {
    state.acknowledged = Math.min(through, lastIndex(state.log));
    tellPredecessor(step, state.acknowledged, effects);
  }
}

export function tellPredecessor<Value>({ state, self }: Step<Value>, through: Index, effects: ChainEffects<Value>): void {
  const { configuration } = state;
  const predecessor = configuration === undefined ? undefined : predecessorOf(configuration, self);
  if (configuration === undefined || predecessor === undefined) return;
  const message: ChainMessage<Value> = { kind: 'acknowledge', epoch: configuration.epoch, through };
  effects.push({ kind: 'send', to: predecessor, message });
}
