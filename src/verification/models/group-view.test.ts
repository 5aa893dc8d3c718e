import { describe, expect, test } from 'vitest';
import type { Model } from '../model-checker/index.ts';
import { chainModel } from './chain.ts';
import { paxosModel } from './paxos.ts';
import { shortText } from './short-text.ts';
import { transactionModel } from './two-phase-commit.ts';
import { twoPhaseCommitSpecification } from './two-phase-commit-specification.ts';

/** Take, again and again, the first action whose description begins so. */
function walk<State, Action>(model: Model<State, Action>, ...wanted: readonly string[]) {
  let state = model.initialStates()[0];
  let last: Action | undefined;
  for (const beginning of wanted) {
    if (state === undefined) throw new Error('no state');
    last = model.actions(state).find((action) => model.describeAction(action).startsWith(beginning));
    if (last === undefined) throw new Error(`no action '${beginning}'`);
    state = model.next(state, last);
  }
  if (state === undefined || model.group === undefined) throw new Error('no state, or no view');
  return {
    processes: model.group.processes,
    step: last === undefined ? undefined : model.group.stepOf(last),
    fields: model.group.statesOf(state).map((fields) => Object.fromEntries(fields)),
  };
}

describe('the view of a group', () => {
  test('names the processes and shows the parts of their states', () => {
    const { processes, fields } = walk(paxosModel({ servers: 3, clients: 1 }));
    expect(processes).toEqual(['server 0', 'server 1', 'server 2', 'client 3']);
    expect(fields[0]).toEqual({
      'acceptor.promised': '0.0',
      'acceptor.vote': '-',
      'proposer.phase': 'idle',
      decided: 'false',
    });
    expect(fields[3]).toEqual({ script: '[write at 0, read at 1]', done: '0', operations: 'writing A' });
  });

  test('shows messages as arrows, with their data in short', () => {
    const model = paxosModel({ servers: 3, clients: 1 });
    const promised = walk(model, '3 -> 0: write', '0 -> 1: prepare', '1 -> 0: promise', '0 -> 1: accept');
    expect(promised.step).toEqual({
      kind: 'delivered',
      from: 0,
      to: 1,
      text: 'accept ballot 1.0 proposal (client 3 request 1 value A)',
    });
    expect(promised.fields[1]?.['acceptor.vote']).toBe('ballot 1.0 proposal (client 3 request 1 value A)');
    expect(promised.fields[1]?.['stored']).toBe('the same');
  });

  test('shows what is on its way to the disk, timers that are set, and crashes', () => {
    const slow = transactionModel({ resources: 1, crashes: 1 });
    const { fields } = walk(slow, '2 -> 1: begin', '1 -> 0: prepare');
    expect(fields[0]).toEqual({
      'participation.phase': 'prepared',
      'participation.manager': '1',
      timers: 'inquire',
      'on its way to the disk': 'phase prepared manager 1',
    });
    const stored = walk(slow, '2 -> 1: begin', '1 -> 0: prepare', 'process 0: persist', 'process 0: crashes');
    expect(stored.fields[0]?.['stored']).toBe('the same');
    expect(walk(slow, 'process 1: crashes').step).toEqual({ kind: 'crashed', process: 1, text: 'crashes and starts again' });
    const chain = chainModel({ servers: 2, members: [0, 1], plan: [{ members: [0] }], scripts: [] });
    expect(walk(chain).processes).toEqual(['member 0', 'member 1', 'master 2']);
    expect(walk(chain).fields[2]?.['timers']).toBe('reconfigure');
    expect(walk(chain, 'process 2: timer').step).toEqual({ kind: 'timer', process: 2, text: 'reconfigure' });
  });

  test('a specification without a network has arrows too', () => {
    const model = twoPhaseCommitSpecification(1);
    const received = walk(model, 'resource prepares', 'manager receives');
    expect(received.processes).toEqual(['resource 0', 'manager 1']);
    expect(received.step).toEqual({ kind: 'delivered', from: 0, to: 1, text: 'prepared' });
    expect(received.fields).toEqual([{ phase: 'prepared' }, { phase: 'preparing', prepared: '{0}' }]);
    expect(walk(model, 'manager aborts', 'resource receives abort').step).toEqual({
      kind: 'delivered',
      from: 1,
      to: 0,
      text: 'abort',
    });
  });
});

test('short texts', () => {
  expect(shortText({ kind: 'in-step', sent: undefined })).toBe('in-step');
  expect(shortText({ committed: true, durable: false, at: 3 })).toBe('committed not durable at 3');
  expect(shortText(new Map([[{ counter: 2, process: 1 }, ['a b', undefined]]]))).toBe('{2.1: ["a b", -]}');
  expect(shortText([])).toBe('none');
  expect(shortText({})).toBe('-');
});
