import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Group } from '../group-for-tests.ts';
import { type Process, type ProcessId, processId } from '../process/index.ts';
import {
  type ManagerState,
  type ManagerTimer,
  type ResourceManagerState,
  type ResourceManagerTimer,
  resourceManager,
  type StoredManager,
  type StoredResourceManager,
  type TransactionMessage,
  transactionManager,
} from './index.ts';

const [manager, x, y] = [0, 1, 2].map(processId) as [ProcessId, ProcessId, ProcessId];
const client = processId(10);

type Managers = Group<ManagerState, TransactionMessage, ManagerTimer, StoredManager>;
type Resources = Group<ResourceManagerState, TransactionMessage, ResourceManagerTimer, StoredResourceManager>;

function oneManager(slowDisk = false): Managers {
  const group: Managers = new Group(new Map([[manager, transactionManager()]]), { slowDisk });
  group.send(client, manager, { kind: 'begin', participants: [x, y] });
  return group;
}

function oneResource(can = true, slowDisk = false): Resources {
  return new Group(new Map([[x, resourceManager({ canPrepare: () => can })]]), { slowDisk });
}

function said(group: { readonly outside: Managers['outside'] }) {
  return group.outside.splice(0).map(({ to, message }) => [to, message.kind]);
}

describe('a transaction manager', () => {
  test('commits when all have voted, and tells only when that is durable', () => {
    const group = oneManager(true);
    expect(said(group)).toEqual([
      [x, 'prepare'],
      [y, 'prepare'],
    ]);
    group.send(x, manager, { kind: 'prepared' });
    group.send(x, manager, { kind: 'prepared' });
    expect(group.state(manager).coordination.phase).toBe('preparing');
    group.send(y, manager, { kind: 'prepared' });
    expect(said(group)).toEqual([]);
    group.sync(manager);
    expect(said(group)).toEqual([
      [x, 'commit'],
      [y, 'commit'],
      [client, 'outcome'],
    ]);
  });

  test('says commit to nobody before the decision is durable, whoever asks and whatever timer fires', () => {
    const group = oneManager();
    group.slowDisk = true;
    group.send(x, manager, { kind: 'prepared' });
    group.send(y, manager, { kind: 'prepared' });
    said(group);
    group.fire(manager, 'resend');
    group.send(x, manager, { kind: 'inquire' });
    group.send(client, manager, { kind: 'begin', participants: [x, y] });
    expect(said(group)).toEqual([]);
  });

  test('aborts when one refuses, and when it has waited long enough', () => {
    const refused = oneManager();
    refused.send(x, manager, { kind: 'prepared' });
    refused.send(y, manager, { kind: 'refused' });
    expect(refused.state(manager).coordination.phase).toBe('aborted');
    const late = oneManager();
    late.fire(manager, 'give-up');
    expect(late.outside.at(-1)?.message).toEqual({ kind: 'outcome', outcome: 'aborted' });
    expect(late.timers(manager)).toEqual([]);
  });

  test('does not count a vote of someone who does not take part', () => {
    const group = oneManager();
    group.send(x, manager, { kind: 'prepared' });
    group.send(processId(7), manager, { kind: 'prepared' });
    expect(group.state(manager).coordination.phase).toBe('preparing');
  });

  test('crashed before its decision, it presumes abort', () => {
    const group = oneManager();
    group.send(x, manager, { kind: 'prepared' });
    group.crash(manager);
    group.start(manager);
    said(group);
    group.send(x, manager, { kind: 'inquire' });
    group.send(y, manager, { kind: 'prepared' });
    expect(said(group)).toEqual([
      [x, 'abort'],
      [y, 'abort'],
    ]);
  });

  test('crashed after its decision, it says commit until all have acknowledged, and then forgets', () => {
    const group = oneManager();
    group.send(x, manager, { kind: 'prepared' });
    group.send(y, manager, { kind: 'prepared' });
    group.crash(manager);
    group.start(manager);
    said(group);
    group.send(x, manager, { kind: 'acknowledge' });
    group.fire(manager, 'resend');
    expect(said(group)).toEqual([[y, 'commit']]);
    group.send(y, manager, { kind: 'acknowledge' });
    expect(group.stored(manager)).toEqual({ phase: 'forgotten' });
    expect(group.timers(manager)).toEqual([]);
    group.send(x, manager, { kind: 'inquire' });
    expect(said(group)).toEqual([]);
  });

  test('tells the outcome to a client that asks again', () => {
    const group = oneManager();
    group.send(x, manager, { kind: 'refused' });
    said(group);
    group.send(client, manager, { kind: 'begin', participants: [x, y] });
    expect(group.outside.map(({ message }) => message)).toEqual([{ kind: 'outcome', outcome: 'aborted' }]);
  });
});

describe('a resource manager', () => {
  test('votes when its vote is durable, and then commits at the word of the manager', () => {
    const group = oneResource(true, true);
    group.send(manager, x, { kind: 'prepare' });
    expect(said(group)).toEqual([]);
    group.sync(x);
    expect(said(group)).toEqual([[manager, 'prepared']]);
    group.send(manager, x, { kind: 'commit' });
    expect(said(group)).toEqual([]);
    group.sync(x);
    expect(said(group)).toEqual([[manager, 'acknowledge']]);
    group.send(manager, x, { kind: 'abort' });
    expect(group.state(x).participation.phase).toBe('committed');
  });

  test('that cannot prepare refuses, and stays with it', () => {
    const group = oneResource(false);
    group.send(manager, x, { kind: 'prepare' });
    group.send(manager, x, { kind: 'commit' });
    expect(said(group)).toEqual([[manager, 'refused']]);
    expect(group.state(x).participation.phase).toBe('aborted');
  });

  test('may give up before its vote, not after', () => {
    const early = oneResource();
    early.fire(x, 'give-up');
    early.send(manager, x, { kind: 'prepare' });
    expect(said(early)).toEqual([[manager, 'refused']]);
    const late = oneResource();
    late.send(manager, x, { kind: 'prepare' });
    expect(late.timers(x)).toEqual(['inquire']);
  });

  test('crashed after its vote, it asks for the outcome', () => {
    const group = oneResource();
    group.send(manager, x, { kind: 'prepare' });
    said(group);
    group.crash(x);
    group.start(x);
    group.fire(x, 'inquire');
    expect(said(group)).toEqual([[manager, 'inquire']]);
    group.send(manager, x, { kind: 'abort' });
    expect(group.stored(x)).toEqual({ phase: 'aborted' });
    expect(group.timers(x)).toEqual([]);
  });
});

type Any = Process<
  ManagerState | ResourceManagerState,
  TransactionMessage,
  ManagerTimer | ResourceManagerTimer,
  StoredManager | StoredResourceManager
>;

test('nobody commits what another aborts, whatever is lost and whoever crashes', () => {
  const outcomes = { committed: 0, aborted: 0 };
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 60, maxLength: 160 }), (choices) => {
      // Whose work a crash has undone.
      const undone = new Set<ProcessId>();
      const processes = new Map([
        [manager, transactionManager() as unknown as Any],
        [x, resourceManager({ canPrepare: () => !undone.has(x) }) as unknown as Any],
        [y, resourceManager({ canPrepare: () => !undone.has(y) }) as unknown as Any],
      ]);
      const group = new Group(processes, { slowDisk: true });
      group.send(client, manager, { kind: 'begin', participants: [x, y] });
      const seen = new Set<string>();
      for (const choice of choices) {
        group.step(choice, () => choice % 37 === 0, choice % 23 === 0);
        for (const id of [x, y]) {
          if (!group.isUp(id)) {
            undone.add(id);
            continue;
          }
          const state = group.state(id);
          if (!('participation' in state)) continue;
          const { phase } = state.participation;
          if (phase === 'committed' || phase === 'aborted') seen.add(phase);
        }
        expect(seen.size).toBeLessThanOrEqual(1);
      }
      if (seen.has('committed')) outcomes.committed++;
      if (seen.has('aborted')) outcomes.aborted++;
    }),
    { numRuns: 300, endOnFailure: true },
  );
  expect(outcomes.committed).toBeGreaterThan(10);
  expect(outcomes.aborted).toBeGreaterThan(10);
});
