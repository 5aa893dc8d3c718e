import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Group } from '../group-for-tests.ts';
import { type ProcessId, processId } from '../process/index.ts';
import {
  compareTimestamps,
  majority,
  mayBegin,
  type RegisterMessage,
  type RegisterOptions,
  type RegisterServerState,
  type RegisterTimer,
  registerServer,
  type StoredReplica,
  type Timestamp,
  type Version,
} from './index.ts';

type Servers = Group<RegisterServerState<string>, RegisterMessage<string>, RegisterTimer, StoredReplica<string>>;

const [a, b, c] = [0, 1, 2].map(processId) as [ProcessId, ProcessId, ProcessId];
const [alice, bob] = [10, 11].map(processId) as [ProcessId, ProcessId];

function servers(options: Partial<RegisterOptions> = {}, slowDisk = false): Servers {
  const group = options.group ?? [a, b, c];
  const server = registerServer<string>({ operationsMaximum: 8, resend: false, ...options, group });
  return new Group(new Map(group.map((id) => [id, server])), { slowDisk });
}

function version(counter: number, process: ProcessId, value: string): Version<string> {
  return { timestamp: { counter, process }, value };
}

function answers(group: Servers): RegisterMessage<string>[] {
  return group.outside.map(({ message }) => message);
}

describe('a replica', () => {
  test('answers a query with what it holds', () => {
    const group = servers();
    group.send(b, a, { kind: 'query', operation: 'x' });
    expect(group.network.map(({ message }) => message)).toEqual([
      { kind: 'answer', operation: 'x', version: { timestamp: { counter: 0, process: 0 }, value: undefined } },
    ]);
  });

  test('takes a later version, keeps its own against an earlier one, and acknowledges both only when durable', () => {
    const group = servers({}, true);
    group.send(b, a, { kind: 'record', operation: 'x', version: version(2, b, 'later') });
    group.send(c, a, { kind: 'record', operation: 'y', version: version(1, c, 'earlier') });
    expect(group.state(a).replica.version).toEqual(version(2, b, 'later'));
    expect(group.network).toEqual([]);
    group.sync(a);
    group.sync(a);
    expect(group.stored(a)).toEqual({ version: version(2, b, 'later') });
    expect(group.network.map(({ to, message }) => [to, message])).toEqual([
      [b, { kind: 'recorded', operation: 'x', timestamp: { counter: 2, process: b } }],
      [c, { kind: 'recorded', operation: 'y', timestamp: { counter: 1, process: c } }],
    ]);
  });
});

describe('a writer', () => {
  test('asks all, takes a timestamp later than those of a majority, and is done when a majority has recorded', () => {
    const group = servers();
    group.send(c, b, { kind: 'record', operation: 'before', version: version(4, c, 'old') });
    group.drop();
    group.send(alice, a, { kind: 'write', request: 1, value: 'new' });
    expect(group.network.map(({ to, message }) => [to, message.kind])).toEqual([
      [b, 'query'],
      [c, 'query'],
    ]);
    group.deliverKind('query', b);
    expect(answers(group)).toEqual([]);
    group.deliverKind('answer');
    expect(group.state(a).replica.version).toEqual(version(5, a, 'new'));
    group.deliverKind('record', c);
    expect(answers(group)).toEqual([]);
    group.deliverKind('recorded');
    expect(answers(group)).toEqual([{ kind: 'write-done', request: 1 }]);
    expect(group.state(a).operations.size).toBe(0);
  });

  test('sends nothing to be recorded before its own copy is durable', () => {
    const group = servers({}, true);
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.deliverKind('query', b);
    group.deliverKind('answer');
    expect(group.network.filter(({ message }) => message.kind === 'record')).toEqual([]);
    group.sync(a);
    expect(group.network.filter(({ message }) => message.kind === 'record')).toHaveLength(2);
  });

  test('gives two overlapping writes of one server different timestamps', () => {
    const group = servers();
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.send(bob, a, { kind: 'write', request: 1, value: 'y' });
    group.settle();
    expect(group.state(a).replica.version.timestamp.counter).toBe(2);
    expect(answers(group)).toHaveLength(2);
  });
});

describe('a reader', () => {
  test('writes back what it found before it answers', () => {
    const group = servers();
    group.send(b, b, { kind: 'record', operation: 'before', version: version(1, b, 'x') });
    group.drop();
    group.send(alice, a, { kind: 'read', request: 7 });
    group.deliverKind('query', b);
    group.deliverKind('answer');
    expect(answers(group)).toEqual([]);
    expect(group.network.filter(({ message }) => message.kind === 'record')).toHaveLength(2);
    group.deliverKind('record', c);
    group.deliverKind('recorded');
    expect(answers(group)).toEqual([{ kind: 'read-done', request: 7, value: 'x' }]);
    expect(group.state(c).replica.version).toEqual(version(1, b, 'x'));
  });

  test('finds nothing in a register never written', () => {
    const group = servers();
    group.send(alice, a, { kind: 'read', request: 1 });
    group.settle();
    expect(answers(group)).toEqual([{ kind: 'read-done', request: 1, value: undefined }]);
  });
});

describe('a server', () => {
  test('alone is its own majority, and answers when its disk has it', () => {
    const group = servers({ group: [a] }, true);
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    expect(answers(group)).toEqual([]);
    group.sync(a);
    expect(answers(group)).toEqual([{ kind: 'write-done', request: 1 }]);
  });

  test('leaves what is above its limit to the runner', () => {
    const options = { group: [a, b, c], operationsMaximum: 1, resend: false };
    const group = servers(options);
    group.send(alice, a, { kind: 'read', request: 1 });
    expect(mayBegin(group.state(a), options)).toBe(false);
    group.send(bob, a, { kind: 'read', request: 1 });
    expect(group.state(a).operations.size).toBe(1);
  });

  test('does not count an acknowledgement of another version', () => {
    const group = servers();
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.deliverKind('query', b);
    group.deliverKind('answer');
    group.send(b, a, { kind: 'recorded', operation: '10.1', timestamp: { counter: 9, process: a } });
    expect(answers(group)).toEqual([]);
  });

  test('asks again whoever has not answered, until nothing is under way', () => {
    const group = servers({ resend: true });
    group.send(alice, a, { kind: 'write', request: 1, value: 'x' });
    group.drop();
    group.drop();
    group.fire(a, 'resend');
    group.deliverKind('query', b);
    group.deliverKind('answer');
    while (group.network.length > 0) group.drop();
    group.fire(a, 'resend');
    group.settle();
    expect(answers(group)).toEqual([{ kind: 'write-done', request: 1 }]);
    expect(group.timers(a)).toEqual([]);
  });

  test('refuses a group that it is not in, and a group that names a process twice', () => {
    expect(() => servers({ group: [a, a] })).toThrow('different processes');
    const foreign = registerServer<string>({ group: [a, b], operationsMaximum: 1, resend: false });
    expect(() => new Group(new Map([[c, foreign]]))).toThrow('process 2 is one of the group');
  });

  test('needs more than half', () => {
    expect([1, 2, 3, 4, 5].map(majority)).toEqual([1, 2, 2, 3, 3]);
  });
});

/** One operation as the world sees it: when it began and ended, in steps, and the timestamp it wrote or read. */
interface Observed {
  readonly began: number;
  readonly write: boolean;
  ended?: number;
  timestamp?: Timestamp;
}

/** Run clients of three servers under a schedule; loss, crashes and slow disks included. */
function observe(choices: readonly number[]): Observed[] {
  const group = servers({ resend: true }, true);
  const observed = new Map<string, Observed>();
  choices.forEach((choice, now) => {
    const client = processId(10 + now);
    if (choice % 11 === 0) {
      const write = choice % 2 === 0;
      const to = processId(choice % 3);
      if (group.isUp(to)) observed.set(`${client}.1`, { began: now, write });
      group.send(client, to, write ? { kind: 'write', request: 1, value: `${client}` } : { kind: 'read', request: 1 });
    } else group.step(choice, () => choice % 13 === 0, choice % 5 === 0);
    // A version that was chosen but never left is no write: a crash may have come first.
    for (const { message } of group.network) {
      const seen = message.kind === 'record' ? observed.get(message.operation) : undefined;
      if (message.kind === 'record' && seen !== undefined) seen.timestamp = message.version.timestamp;
    }
    for (const { to } of group.outside.splice(0)) {
      const seen = observed.get(`${to}.1`);
      if (seen !== undefined) seen.ended ??= now;
    }
  });
  return [...observed.values()];
}

test('timestamps agree with the order of operations in time, whatever is lost and whoever crashes (linearizability)', () => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 80, maxLength: 200 }), (choices) => {
      const all = observe(choices);
      for (const first of all) {
        for (const second of all) {
          if (first.timestamp === undefined || second.timestamp === undefined || first === second) continue;
          if (first.write && second.write) expect(compareTimestamps(first.timestamp, second.timestamp)).not.toBe(0);
          if (first.ended === undefined || second.began <= first.ended) continue;
          compared++;
          const order = compareTimestamps(first.timestamp, second.timestamp);
          if (second.write) expect(order).toBeLessThan(0);
          else expect(order).toBeLessThanOrEqual(0);
        }
      }
    }),
    { numRuns: 200, endOnFailure: true },
  );
  expect(compared).toBeGreaterThan(100);
});
