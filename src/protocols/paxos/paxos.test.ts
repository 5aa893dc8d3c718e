import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Group } from '../group-for-tests.ts';
import { type ProcessId, processId } from '../process/index.ts';
import {
  type Ballot,
  compareBallots,
  knowsDecision,
  mayPropose,
  type PaxosMessage,
  type PaxosOptions,
  type PaxosState,
  type PaxosTimer,
  paxosServer,
  type StoredPaxos,
} from './index.ts';

type Servers = Group<PaxosState<string>, PaxosMessage<string>, PaxosTimer, StoredPaxos<string>>;

const [a, b, c] = [0, 1, 2].map(processId) as [ProcessId, ProcessId, ProcessId];
const [alice, bob] = [10, 11].map(processId) as [ProcessId, ProcessId];

function servers(options: Partial<PaxosOptions> = {}, slowDisk = false): Servers {
  const group = options.group ?? [a, b, c];
  const server = paxosServer<string>({ retry: false, ...options, group });
  return new Group(new Map(group.map((id) => [id, server])), { slowDisk });
}

function ballot(round: number, process: ProcessId): Ballot {
  return { round, process };
}

function proposal(client: ProcessId, value: string) {
  return { client, request: 1, value };
}

function answers(group: Servers) {
  return group.outside.map(({ to, message }) => [to, message]);
}

function underWay(group: Servers) {
  return group.network.map(({ message }) => message);
}

describe('an acceptor', () => {
  test('promises a greater ballot, and says so only when the promise is durable', () => {
    const group = servers({}, true);
    group.send(b, a, { kind: 'prepare', ballot: ballot(1, b) });
    expect(underWay(group)).toEqual([]);
    group.sync(a);
    expect(underWay(group)).toEqual([{ kind: 'promise', ballot: ballot(1, b), vote: undefined }]);
    expect(group.stored(a)?.acceptor.promised).toEqual(ballot(1, b));
  });

  test('does not answer a ballot that is not greater than what it promised', () => {
    const group = servers();
    group.send(c, a, { kind: 'prepare', ballot: ballot(1, c) });
    group.send(b, a, { kind: 'prepare', ballot: ballot(1, b) });
    group.send(b, a, { kind: 'accept', ballot: ballot(1, b), proposal: proposal(alice, 'x') });
    expect(underWay(group)).toEqual([{ kind: 'promise', ballot: ballot(1, c), vote: undefined }]);
  });

  test('votes in the ballot it promised, and tells of its vote with the next promise', () => {
    const group = servers();
    group.send(b, a, { kind: 'prepare', ballot: ballot(1, b) });
    group.send(b, a, { kind: 'accept', ballot: ballot(1, b), proposal: proposal(alice, 'x') });
    group.send(c, a, { kind: 'prepare', ballot: ballot(2, c) });
    const vote = { ballot: ballot(1, b), proposal: proposal(alice, 'x') };
    expect(underWay(group).slice(1)).toEqual([
      { kind: 'accepted', ballot: ballot(1, b) },
      { kind: 'promise', ballot: ballot(2, c), vote },
    ]);
  });

  test('remembers promise and vote through a crash', () => {
    const group = servers();
    group.send(b, a, { kind: 'accept', ballot: ballot(3, b), proposal: proposal(alice, 'x') });
    group.crash(a);
    group.start(a);
    group.send(c, a, { kind: 'prepare', ballot: ballot(2, c) });
    group.send(c, a, { kind: 'prepare', ballot: ballot(4, c) });
    expect(underWay(group).at(-1)).toMatchObject({ kind: 'promise', vote: { ballot: ballot(3, b) } });
    expect(underWay(group)).toHaveLength(2);
  });
});

describe('a proposer', () => {
  test('gets its value chosen by a majority, and tells its client and everyone', () => {
    const group = servers();
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.deliverKind('prepare', b);
    group.deliverKind('promise');
    expect(group.state(a).proposer.phase).toBe('accepting');
    group.deliverKind('accept', c);
    group.deliverKind('accepted');
    expect(answers(group)).toEqual([[alice, { kind: 'write-done', request: 1 }]]);
    group.settle();
    expect(group.states().map((state) => knowsDecision(state)?.proposal.value)).toEqual(['x', 'x', 'x']);
  });

  test('proposes the value of the greatest vote among the promises instead of its own', () => {
    const group = servers({ group: [a, b, c, processId(3), processId(4)] });
    group.send(c, b, { kind: 'accept', ballot: ballot(2, c), proposal: proposal(bob, 'later') });
    group.send(b, c, { kind: 'accept', ballot: ballot(1, b), proposal: proposal(bob, 'earlier') });
    group.network.splice(0);
    group.send(c, a, { kind: 'prepare', ballot: ballot(2, c) });
    group.network.splice(0);
    group.send(alice, a, { kind: 'write', request: 1, value: 'own' });
    group.deliverKind('prepare', b);
    group.deliverKind('promise');
    group.deliverKind('prepare', c);
    group.deliverKind('promise');
    expect(underWay(group).at(-1)).toEqual({ kind: 'accept', ballot: ballot(3, a), proposal: proposal(bob, 'later') });
    group.settle();
    expect(answers(group)).toEqual([
      [alice, { kind: 'write-refused', request: 1, chosen: 'later' }],
      [bob, { kind: 'write-done', request: 1 }],
    ]);
  });

  test('tries again with a greater ballot when its timer says so', () => {
    const group = servers({ retry: true });
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.drop();
    group.drop();
    group.fire(a, 'retry');
    expect(underWay(group)[0]).toEqual({ kind: 'prepare', ballot: ballot(2, a) });
    group.settle();
    expect(answers(group)).toEqual([[alice, { kind: 'write-done', request: 1 }]]);
    expect(group.timers(a)).toEqual([]);
  });

  test('takes one write at a time', () => {
    const group = servers();
    expect(mayPropose(group.state(a))).toBe(true);
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    expect(mayPropose(group.state(a))).toBe(false);
    group.send(bob, a, { kind: 'write', request: 1, value: 'y' });
    expect(underWay(group)).toHaveLength(2);
  });
});

describe('a server that knows the decision', () => {
  function decided(): Servers {
    const group = servers();
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.settle();
    group.outside.splice(0);
    return group;
  }

  test('answers reads, which an undecided one leaves to the runner', () => {
    const group = decided();
    group.send(bob, c, { kind: 'read', request: 4 });
    expect(answers(group)).toEqual([[bob, { kind: 'read-done', request: 4, value: 'x' }]]);
    const undecided = servers();
    undecided.send(bob, c, { kind: 'read', request: 4 });
    expect(answers(undecided)).toEqual([]);
  });

  test('confirms the chosen write when it is asked for again, and refuses others', () => {
    const group = decided();
    group.send(alice, c, { kind: 'write', request: 1, value: 'x' });
    group.send(bob, c, { kind: 'write', request: 1, value: 'y' });
    expect(answers(group)).toEqual([
      [alice, { kind: 'write-done', request: 1 }],
      [bob, { kind: 'write-refused', request: 1, chosen: 'x' }],
    ]);
  });

  test('tells proposers that come late, and keeps the decision through a crash', () => {
    const group = decided();
    group.crash(b);
    group.start(b);
    group.send(c, b, { kind: 'prepare', ballot: ballot(9, c) });
    expect(underWay(group)).toEqual([{ kind: 'decided', ballot: ballot(1, a), proposal: proposal(alice, 'x') }]);
  });
});

test('alone, a server decides by itself, when its disk has it', () => {
  const group = servers({ group: [a] }, true);
  group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
  expect(answers(group)).toEqual([]);
  group.sync(a);
  expect(answers(group)).toEqual([[alice, { kind: 'write-done', request: 1 }]]);
});

test('all decide the same, and what a client wrote, whatever is lost, overtaken and forgotten (agreement, validity)', () => {
  let decisions = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 100, maxLength: 250 }), (choices) => {
      const group = servers({ retry: true }, true);
      const chosen = new Set<string>();
      for (const choice of choices) {
        if (choice % 29 === 0) group.send(processId(10 + (choice % 4)), processId(choice % 3), write(choice % 4));
        else group.step(choice, () => choice % 41 === 0, choice % 13 === 0);
        for (const state of group.states()) {
          const vote = knowsDecision(state);
          if (vote !== undefined) chosen.add(JSON.stringify(vote.proposal));
        }
        expect(chosen.size).toBeLessThanOrEqual(1);
      }
      for (const one of chosen) expect(one).toMatch(/"value":"[0-3]"/);
      decisions += chosen.size;
      const ballots = group.states().map((state) => state.acceptor.promised);
      for (const promised of ballots) expect(compareBallots(promised, ballot(0, a))).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 200, endOnFailure: true },
  );
  expect(decisions).toBeGreaterThan(50);
});

function write(client: number): PaxosMessage<string> {
  return { kind: 'write', request: 1, value: String(client) };
}
