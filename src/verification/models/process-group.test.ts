import { describe, expect, test } from 'vitest';
import { type ProcessId, processId } from '../../protocols/process/index.ts';
import { check } from '../model-checker/index.ts';
import { type GroupOptions, type GroupProcess, processGroup } from './process-group.ts';

/** One asks, the other answers; whoever asks may ask again by timer. */
interface State {
  asked: number;
  answered: boolean;
  readonly seen: Set<string>;
}

type Message = { readonly kind: 'question'; readonly words: string[] } | { readonly kind: 'answer'; readonly given: number };

const OTHER = processId(1);

interface Habits {
  readonly asksAgain?: boolean;
  readonly answer?: (state: State, message: Message) => Message;
  readonly start?: () => State;
}

function processes({ asksAgain = false, answer = () => ({ kind: 'answer', given: 1 }), start }: Habits) {
  const fresh = start ?? (() => ({ asked: 0, answered: false, seen: new Set<string>() }));
  const question: Message = { kind: 'question', words: ['who', 'is', 'there'] };
  const asker: GroupProcess<State, Message> = {
    start(_self, _stored, effects) {
      effects.push({ kind: 'send', to: OTHER, message: question });
      if (asksAgain) effects.push({ kind: 'set-timer', timer: 'again' });
      return fresh();
    },
    onMessage(state, _self, _from, message, effects) {
      if (message.kind !== 'answer') return;
      state.answered = true;
      effects.push({ kind: 'cancel-timer', timer: 'again' });
    },
    onTimer(_state, _self, _timer, effects) {
      effects.push({ kind: 'send', to: OTHER, message: question }, { kind: 'set-timer', timer: 'again' });
    },
  };
  const answerer: GroupProcess<State, Message> = {
    start: fresh,
    onMessage(state, _self, from: ProcessId, message, effects) {
      effects.push({ kind: 'send', to: from, message: answer(state, message) });
    },
  };
  return [asker, answerer];
}

function group(habits: Habits, options: Partial<GroupOptions<State, Message>> = {}) {
  return processGroup<State, Message>({
    name: 'question and answer',
    processes: processes(habits),
    copiesMaximum: 1,
    properties: [{ kind: 'eventually', name: 'answered', holds: ({ states }) => states[0]?.answered === true }],
    ...options,
  });
}

describe('what happens eventually', () => {
  test('without loss, the answer comes', () => {
    expect(check(group({}))).toMatchObject({ verdict: 'holds' });
  });

  test('a lost question is never answered, if nobody asks again: the run ends', () => {
    const [finding] = check(group({}, { lossesMaximum: 1 })).findings;
    expect(finding).toMatchObject({ verdict: 'violated', run: { steps: [{ action: { kind: 'lose' } }] } });
    expect(finding?.verdict === 'violated' ? finding.run.loopsTo : 'none').toBeUndefined();
  });

  test('who asks again gets it, whatever is lost, since a timer that stays set fires and a message is not lost for ever', () => {
    expect(check(group({ asksAgain: true }, { lossesMaximum: 3 }))).toMatchObject({ verdict: 'holds' });
  });

  test('without that fairness the timer could fire for ever while the question waits: the run is a cycle', () => {
    const { fairness: _none, ...unfair } = group({ asksAgain: true });
    const [finding] = check(unfair).findings;
    expect(finding).toMatchObject({ verdict: 'violated', run: { loopsTo: 0, steps: [{ action: { kind: 'fire' } }] } });
  });
});

describe('is refused, by the process, the event and the field', () => {
  test('a handler that is not deterministic', () => {
    let calls = 0;
    const model = group({ answer: () => ({ kind: 'answer', given: calls++ }) });
    expect(() => check(model)).toThrow(
      /Process 1, given .*question.* by 0, came to two different states when run twice: \.effects\[0\]\.message\.given is 0 at first and 1 then/,
    );
  });

  test('a start that is not', () => {
    let starts = 0;
    const start = () => ({ asked: starts++, answered: false, seen: new Set<string>() });
    expect(() => check(group({ start }))).toThrow(/The start of process 0 came to two .*\.state\.asked is 0 at first and 1 then/);
  });

  test('a handler that writes to a message it was given', () => {
    const answer = (_state: State, message: Message): Message => {
      if (message.kind === 'question') message.words.push('?');
      return { kind: 'answer', given: 1 };
    };
    expect(() => check(group({ answer }))).toThrow(/The step '0 -> 1: question .*' threw \(Cannot add property/);
  });

  test('a state that cannot be fingerprinted', () => {
    const start = () => ({ asked: 0, answered: false, seen: new Set<string>(), clock: () => 0 });
    expect(() => check(group({ start }))).toThrow('A state holds a function at .clock');
  });
});

test('two equal messages are two, one of them may be lost, and the order of arrival is free', () => {
  const send = (message: Message) => ({ kind: 'send' as const, to: OTHER, message });
  const twice: GroupProcess<State, Message> = {
    start(_self, _stored, effects) {
      effects.push(send({ kind: 'answer', given: 1 }), send({ kind: 'answer', given: 1 }), send({ kind: 'answer', given: 2 }));
      return { asked: 0, answered: true, seen: new Set() };
    },
    onMessage() {},
  };
  const collector: GroupProcess<State, Message> = {
    start: () => ({ asked: 0, answered: false, seen: new Set() }),
    onMessage(state, _self, _from, message) {
      if (message.kind !== 'answer') return;
      state.asked++;
      state.seen.add(`${state.asked}: ${message.given}`);
    },
  };
  const orders = new Set<string>();
  const model = processGroup<State, Message>({
    name: 'order',
    processes: [twice, collector],
    properties: [
      {
        kind: 'at-end',
        name: 'three came',
        holds({ states: [, end] }) {
          orders.add([...(end?.seen ?? [])].join(', '));
          return end?.asked === 3;
        },
      },
    ],
  });
  expect(check(model)).toMatchObject({ verdict: 'holds', ends: 3 });
  expect([...orders].sort()).toEqual(['1: 1, 2: 1, 3: 2', '1: 1, 2: 2, 3: 1', '1: 2, 2: 1, 3: 1']);
});
