/** The rules by which replicas move, broken one at a time in the simulation of everything: each time one of the proofs fails. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type * as Destination from '../../src/protocols/hinted-handoff/destination.ts';
import type * as SeatTable from '../../src/protocols/transfer/seat-table.ts';
import type * as Sender from '../../src/protocols/transfer/sender.ts';
import type * as Whole from '../../src/verification/simulation/whole/index.ts';

const SENDER = '../../src/protocols/transfer/sender.ts';
const SEAT_TABLE = '../../src/protocols/transfer/seat-table.ts';
const DESTINATION = '../../src/protocols/hinted-handoff/destination.ts';

/** @returns the first violation of that kind within a hundred seeds, or what else was found. */
async function caught(rule: RegExp, from: bigint, options: Whole.WholeOptions = {}): Promise<string> {
  const { drawWholePlan, runWholePlan }: typeof Whole = await import('../../src/verification/simulation/whole/index.ts');
  const others = new Set<string>();
  for (let seed = from; seed < from + 100n; seed++) {
    const { violation } = runWholePlan(drawWholePlan(seed, { ringChanges: true }), options);
    if (violation !== undefined && rule.test(violation.message)) return violation.message;
    if (violation !== undefined) others.add(violation.message);
  }
  return [...others].join('\n');
}

describe('while the ring changes', () => {
  afterEach(() => {
    vi.resetModules();
    for (const file of [SENDER, SEAT_TABLE, DESTINATION]) vi.doUnmock(file);
  });

  test('6: a new holder that has got no records makes registers forget', async () => {
    vi.doMock(SENDER, async (original) => {
      const rules = await original<typeof Sender>();
      const onCompared: typeof rules.onCompared = (state, number, page, effects) =>
        rules.onCompared(state, number, { ...page, wanted: [] }, effects);
      return { ...rules, onCompared };
    });
    const rule = /an atomic bucket is not linearizable/;
    expect(await caught(rule, 1n, { antiEntropy: false })).toMatch(rule);
  }, 60_000);

  test('4: hints for one that has left remain if nobody gives them to who has its place', async () => {
    vi.doMock(DESTINATION, async (original) => {
      const rules = await original<typeof Destination>();
      const destinationOf: typeof rules.destinationOf = (target, standing, homes) =>
        standing === 'left' ? { kind: 'keep' } : rules.destinationOf(target, standing, homes);
      return { ...rules, destinationOf };
    });
    const rule = /hints remain after healing and quiet/;
    expect(await caught(rule, 66n)).toMatch(rule);
  }, 60_000);

  test('a change does not come to its end if nobody takes in who holds a seat by now', async () => {
    vi.doMock(SEAT_TABLE, async (original) => {
      const rules = await original<typeof SeatTable>();
      const mergeSeats: typeof rules.mergeSeats = (a, b) => (a.length === 0 ? rules.mergeSeats(a, b) : a);
      return { ...rules, mergeSeats };
    });
    const rule = /a change of the ring does not come to an end/;
    expect(await caught(rule, 1n)).toMatch(rule);
  }, 60_000);
});
