/**
 * A lock with a lease: whoever holds it too long loses it, and writes all the same. Fenced, the store refuses tokens older than one it
 * has seen. check-lease.ts checks both; `npx quorate check ./examples/lease.ts --explore` opens a page to step through the first.
 */
import { type GroupProcess, groupView, type ProcessId, processGroup, processId } from 'quorate/checker';

type Message = { readonly kind: 'ask' | 'release' | 'written' } | { readonly kind: 'granted' | 'write'; readonly token: number };

interface Lock {
  readonly role: 'lock';
  token: number;
  holder: ProcessId | undefined;
  readonly waiting: ProcessId[];
}

interface Worker {
  readonly role: 'worker';
  done: boolean;
}

interface Store {
  readonly role: 'store';
  /** The tokens of the writes, in the order in which they were taken. */
  readonly writes: number[];
}

type State = Lock | Worker | Store;
type Actor = GroupProcess<State, Message>;

const LOCK = processId(0);
const STORE = processId(1);

const lock: Actor = {
  start: () => ({ role: 'lock', token: 0, holder: undefined, waiting: [] }),
  onMessage(state, _self, from, message, effects) {
    if (state.role !== 'lock') return;
    if (message.kind === 'ask') state.waiting.push(from);
    else if (message.kind === 'release' && state.holder === from) state.holder = undefined;
    grant(state, effects);
  },
  onTimer(state, _self, _timer, effects) {
    if (state.role !== 'lock') return;
    state.holder = undefined;
    grant(state, effects);
  },
};

function grant(state: Lock, effects: Parameters<Actor['onMessage']>[4]): void {
  if (state.holder !== undefined) return;
  state.holder = state.waiting.shift();
  if (state.holder === undefined) {
    effects.push({ kind: 'cancel-timer', timer: 'lease' });
    return;
  }
  state.token++;
  effects.push({ kind: 'send', to: state.holder, message: { kind: 'granted', token: state.token } });
  effects.push({ kind: 'set-timer', timer: 'lease' });
}

const worker: Actor = {
  start(_self, _stored, effects) {
    effects.push({ kind: 'send', to: LOCK, message: { kind: 'ask' } });
    return { role: 'worker', done: false };
  },
  onMessage(state, _self, _from, message, effects) {
    if (state.role !== 'worker') return;
    if (message.kind === 'granted') effects.push({ kind: 'send', to: STORE, message: { kind: 'write', token: message.token } });
    if (message.kind !== 'written') return;
    state.done = true;
    effects.push({ kind: 'send', to: LOCK, message: { kind: 'release' } });
  },
};

function store(isFenced: boolean): Actor {
  return {
    start: () => ({ role: 'store', writes: [] }),
    onMessage(state, _self, from, message, effects) {
      if (state.role !== 'store' || message.kind !== 'write') return;
      const isOld = state.writes.some((token) => token > message.token);
      if (!isFenced || !isOld) state.writes.push(message.token);
      effects.push({ kind: 'send', to: from, message: { kind: 'written' } });
    },
  };
}

export function model({ fenced = false } = {}) {
  return processGroup<State, Message>({
    name: fenced ? 'lease with fencing' : 'lease',
    processes: [lock, store(fenced), worker, worker],
    view: groupView(['lock', 'store', 'worker 2', 'worker 3']),
    properties: [
      {
        kind: 'always',
        name: 'no write of an old holder after that of a new one',
        holds: ({ states: [, shelf] }) =>
          shelf?.role === 'store' && shelf.writes.every((token, place) => place === 0 || token > (shelf.writes[place - 1] ?? 0)),
      },
      {
        kind: 'eventually',
        name: 'every worker gets through',
        holds: ({ states }) => states.every((state) => state.role !== 'worker' || state.done),
      },
    ],
  });
}
