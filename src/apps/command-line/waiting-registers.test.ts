import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../runtime/errors/index.ts';
import type { ClusterStatus } from '../../stores/kv/index.ts';
import { paintFor } from './paint.ts';
import { waitingRegisters, waitingText } from './waiting-registers.ts';

const PLAIN = paintFor({ isTerminal: false, columns: 80, write: async () => {} }, { environmentVariable: () => undefined });
const SETTINGS = { n: 3, r: 2, w: 2, durability: 'disk' };
const node = (name: string, up = true) => ({ name, address: name, host: name, zone: 'z', weight: 1, up, share: 0.25 });

function status(conflict: string): ClusterStatus {
  const nodes = [node('n1'), node('n2'), node('n3'), node('n4', false)];
  return { cluster: 'c', answeredBy: 'n1', version: '1', partitions: 8, nodes, buckets: { leases: { ...SETTINGS, conflict } } };
}

/** Nodes that tell of these seats, each as partition and place; those that are not named do not answer. */
function nodesTelling(seats: Readonly<Record<string, readonly (readonly [number, number])[]>>) {
  return {
    connect: async ([address = '']: readonly string[]) => {
      const told = seats[address];
      if (told === undefined) throw new QuorateError({ code: 'x', message: '', outcome: 'not-applied', next: '', data: {} });
      const answer = { claimed: told.map(([partition, place]) => ({ n: 3, partition, place })) };
      return { administration: { ask: async () => answer }, close: async () => {} };
    },
  };
}

describe('quorate status', () => {
  test('tells which registers do not answer, of all nodes that are up', async () => {
    const nodes = nodesTelling({
      n1: [[5, 0]],
      n2: [
        [5, 1],
        [2, 0],
      ],
    });
    const waiting = await waitingRegisters(status('register'), { address: [] }, nodes);
    expect(waiting).toEqual({ silent: [5], incomplete: [2], unknown: ['n3', 'n4'] });
    const text = waitingText(waiting ?? { silent: [], incomplete: [], unknown: [] }, PLAIN);
    expect(text).toMatch(/registers of 1 partition \(5\) do not answer/);
    expect(text).toMatch(/1 partition \(2\) have a seat that waits/);
    expect(text).toMatch(/n3, n4/);
    expect(text).toMatch(/quorate why key BUCKET KEY/);
  });

  test('says nothing where nothing waits, and asks nobody where no bucket is atomic', async () => {
    const silent = { silent: [], incomplete: [], unknown: ['n4'] };
    expect(waitingText(silent, PLAIN)).toBe('');
    const nodes = nodesTelling({});
    expect(await waitingRegisters(status('siblings'), { address: [] }, nodes)).toBeUndefined();
  });
});
