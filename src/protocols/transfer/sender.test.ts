import { expect, test } from 'vitest';
import {
  onCompared,
  onNeverStoredThere,
  onReachable,
  type Purpose,
  startTransfer,
  type TransferEffects,
  type TransferState,
} from './sender.ts';

/** What a transfer has done, in words; the whole of it is searched in `verification/models/transfer.ts`. */
class Hands implements TransferEffects {
  readonly done: string[] = [];
  page = -1;
  number = -1;

  offer(_after: string | undefined, number: number): void {
    this.page = number;
  }
  send(_key: string, number: number): void {
    this.number = number;
  }
  persistMove(): void {
    this.done.push('persist');
  }
  completed(): void {
    this.done.push('complete');
  }
  release(key: string): void {
    this.done.push(`release ${key}`);
  }
  giveUp(key: string): void {
    this.done.push(`give up ${key}`);
  }
  drop(): void {
    this.done.push('drop');
  }
}

/** The other wants the one record that there is. */
function comparedOnce(state: TransferState, hands: Hands): void {
  onCompared(state, hands.page, { wanted: ['key'], last: 'key', more: false }, hands);
}

function sending(purpose: Purpose): { state: TransferState; hands: Hands } {
  const [state, hands] = [startTransfer(purpose), new Hands()];
  onReachable(state, hands);
  comparedOnce(state, hands);
  return { state, hands };
}

test('what is left over at a node that has handed all over, and is refused for ever, does not hold its release up', () => {
  const { state, hands } = sending('release');
  expect(onNeverStoredThere(state, 'key', hands.number, true, hands)).toBe(true);
  comparedOnce(state, hands);
  expect(onNeverStoredThere(state, 'key', hands.number, true, hands)).toBe(true);
  expect(hands.done).toEqual(['give up key', 'give up key', 'complete']);
});

test.each<[string, Purpose, boolean]>([
  ['a release of what may be nowhere else', 'release', false],
  ['a lost seat that is rebuilt', 'rebuild', true],
  ['a seat that is here', 'hand-over', true],
])('%s gives up nothing', (_what, purpose, isLeftover) => {
  const { state, hands } = sending(purpose);
  expect(onNeverStoredThere(state, 'key', hands.number, isLeftover, hands)).toBe(false);
  expect(hands.done).toEqual([]);
});
