import { describe, expect, test } from 'vitest';
import { breadthFirst } from './breadth-first-for-tests.ts';
import { type ChainModelOptions, chainModel } from './chain.ts';
import { modelConfigurations } from './index.ts';
import { paxosModel } from './paxos.ts';
import { registerModel } from './register.ts';
import { transactionModel } from './two-phase-commit.ts';

const proved = { violated: undefined, unreached: [] };

describe('a chain of three, an append and a read, searched completely', () => {
  const readAt = (at: number): Pick<ChainModelOptions, 'servers' | 'members' | 'scripts'> => ({
    servers: 3,
    members: [0, 1, 2],
    scripts: [
      [
        { kind: 'append', at: 0 },
        { kind: 'read', at },
      ],
    ],
  });

  test.each([
    ['without its tail', readAt(2), [{ members: [0, 1] }], 1422],
    ['without its head', readAt(2), [{ members: [1, 2] }], 1231],
    ['without its middle', readAt(2), [{ members: [0, 2] }], 1311],
  ] as const)('going on %s', (_name, options, plan, states) => {
    expect(breadthFirst(chainModel({ ...options, plan }))).toMatchObject({ ...proved, states });
  });

  test('going on without its tail, with a crash anywhere', { timeout: 30_000 }, () => {
    expect(breadthFirst(chainModel({ ...readAt(1), plan: [{ members: [0, 1] }], crashes: 1 }))).toMatchObject(proved);
  });
});

test('a chain of one gets a second member, which catches up and then becomes the tail', { timeout: 30_000 }, () => {
  const plan = [{ members: [0], joining: 1 }, { members: [0, 1] }];
  const scripts = [
    [
      { kind: 'append', at: 0 },
      { kind: 'read', at: 1 },
    ],
  ] as const;
  expect(breadthFirst(chainModel({ servers: 2, members: [0], plan, scripts }))).toMatchObject({ ...proved, states: 3381 });
});

test('ABD stays linearizable when a server crashes at any moment, and without crashes every client is answered', () => {
  expect(breadthFirst(registerModel({ servers: 2, clients: 2, crashes: 1 }))).toMatchObject({ ...proved, states: 4086 });
  let ends = 0;
  const model = registerModel({ servers: 2, clients: 2 });
  breadthFirst(model, (state) => {
    ends++;
    for (const property of model.properties) if (property.kind === 'eventually') expect(property.holds(state)).toBe(true);
  });
  expect(ends).toBe(16);
});

test('Paxos as it runs, with a crash at any moment and a slow disk', { timeout: 30_000 }, () => {
  expect(breadthFirst(paxosModel({ servers: 3, clients: 1, crashes: 1 }))).toMatchObject({ ...proved, states: 6948 });
});

test('two-phase commit as it runs, with all its timers', () => {
  expect(breadthFirst(transactionModel({ resources: 2 }))).toMatchObject({ ...proved, states: 1301 });
});

test.each(modelConfigurations)('$name can be made with its usual options', ({ options, make, name }) => {
  const { servers, clients, crashes } = options;
  const model = make({ servers: servers.usual, clients: clients.usual, crashes: crashes.usual });
  expect(model.initialStates()).toHaveLength(1);
  expect(breadthFirst(model, undefined, 3)).toMatchObject({ violated: undefined });
  expect(model.name).toContain(String(servers.usual === 3 && name === 'chain' ? '0-1-2' : servers.usual));
});
