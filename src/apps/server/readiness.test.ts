import { describe, expect, test } from 'vitest';
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Json } from '../../stores/kv/index.ts';
import { readinessOf } from './readiness.ts';

const node = (reason?: string) => ({ unreadiness: () => reason });
const telling = (answer: () => Json) => ({ ask: async () => answer() });
const seat = (partition: number, place: number) => ({ n: 3, partition, place });

describe('whether a node is ready', () => {
  test('and of which registers it has a seat that it does not answer for', async () => {
    expect(
      await readinessOf(
        node(),
        telling(() => ({ claimed: [] })),
      ),
    ).toEqual({ ready: true, reason: 'ready' });
    const claimed = [seat(5, 1), seat(2, 0), seat(2, 1)];
    expect(
      await readinessOf(
        node(),
        telling(() => ({ claimed })),
      ),
    ).toMatchObject({ ready: true, waitingRegisters: [2, 5] });
  });

  test('what is missing for all keys comes first', async () => {
    expect(
      await readinessOf(
        node('storage failed'),
        telling(() => ({ claimed: [seat(5, 1)] })),
      ),
    ).toEqual({
      ready: false,
      reason: 'storage failed',
    });
  });

  test('a node that takes no questions is as ready as it says', async () => {
    const full = telling(() => {
      throw new QuorateError({ code: 'overloaded', message: 'Too many.', outcome: 'not-applied', next: '', data: {} });
    });
    expect(await readinessOf(node(), full)).toEqual({ ready: true, reason: 'ready' });
  });
});
