import { describe, expect, test } from 'vitest';
import { append, type Decision, fromConfiguration } from '../../../protocols/membership/index.ts';
import { nodeName } from '../../../protocols/ring/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Engine, OnDurable } from '../../../runtime/world/index.ts';
import { HistoryKeeper } from './history-keeper.ts';

const [a, b] = [nodeName('a'), nodeName('b')];
const initial = fromConfiguration(['a', 'b', 'c', 'd'].map((name) => ({ name, address: `${name}:1` })));
const leaving = (node: string): Decision => ({ kind: 'leave', node: nodeName(node) });
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A disk on which nothing is durable until the test says so. */
function keeperOnSlowDisk() {
  const writes: OnDurable[] = [];
  const engine: Pick<Engine, 'write'> = { write: (_batch, onDurable) => writes.push(onDurable) };
  const keeper = new HistoryKeeper(a, { engine: engine as Engine, log: silent }, initial);
  return { keeper, writes };
}

describe('what a node tells of the history', () => {
  test('is durable before: neither a decision nor what others told is known until then', () => {
    const { keeper, writes } = keeperOnSlowDisk();
    let decided = 0;
    let changes = 0;
    keeper.onChange(() => changes++);
    keeper.decide(leaving('c'), () => decided++);
    keeper.take(append(initial, b, leaving('d')));
    expect(keeper.known.history).toBe(initial);
    expect([decided, changes, writes.length]).toEqual([0, 0, 1]);
    writes[0]?.();
    expect(keeper.known.history).toHaveLength(5);
    expect([decided, changes, writes.length]).toEqual([1, 1, 2]);
    writes[1]?.();
    expect(keeper.known.history).toHaveLength(6);
    expect([decided, changes, writes.length]).toEqual([1, 2, 2]);
  });

  test('two decisions before the first is durable have different ids', () => {
    const { keeper, writes } = keeperOnSlowDisk();
    keeper.decide(leaving('c'), () => {});
    keeper.decide(leaving('d'), () => {});
    for (const write of writes) write();
    writes.at(-1)?.();
    expect(keeper.known.history.slice(4).map(({ id }) => id)).toEqual([
      { clock: 2, author: 'a' },
      { clock: 3, author: 'a' },
    ]);
  });

  test('what is known already is not written again', () => {
    const { keeper, writes } = keeperOnSlowDisk();
    keeper.take(initial);
    expect(writes).toEqual([]);
  });

  test('a decision that could not be stored is told to nobody, and its outcome is unknown', () => {
    const { keeper, writes } = keeperOnSlowDisk();
    let failure: QuorateError | undefined;
    keeper.decide(leaving('c'), (error) => {
      failure = error;
    });
    writes[0]?.(new Error('disk full'));
    expect(failure).toMatchObject({ code: 'storage-failed', outcome: 'unknown' });
    expect(keeper.known.history).toBe(initial);
  });
});
