import { describe, expect, test } from 'vitest';
import { onBack, startLatency } from '../../../protocols/hedging/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import { isAnyReluctant, reluctantLast } from './slots.ts';
import type { Target } from './topology.ts';

const NOW = 100_000;

/** @param upFor - milliseconds for which there has been a link to it. */
function home(name: string, upFor: number): Target {
  const latency = startLatency();
  onBack(latency, NOW - upFor);
  return { name, peer: { isUp: true } as unknown as Peer, isNear: true, latency };
}

function silent(name: string): Target {
  const target = home(name, 10_000);
  target.latency.isSilent = true;
  return target;
}

describe('a read of two replicas', () => {
  const self: Target = { ...home('self', 0), peer: undefined, latency: startLatency() };

  test.each([
    ['asks them in turn when all are well', [home('a', 10_000), home('b', 10_000)], false, 'self a b'],
    ['asks one that came back a moment ago last', [home('fresh', 1_000), home('b', 10_000)], true, 'self b fresh'],
    ['asks one that says nothing behind that', [silent('silent'), home('fresh', 1_000)], true, 'self fresh silent'],
    ['keeps their turn when all have just come', [home('a', 1_000), home('b', 1_000)], true, 'self a b'],
  ])('%s', (_name, others, isReluctant, order) => {
    const targets = [self, ...others];
    expect(isAnyReluctant(targets, 2, NOW)).toBe(isReluctant);
    const { targets: ordered, standsInFor } = reluctantLast(targets, ['s', 'x', 'y'], NOW);
    expect(ordered.map(({ name }) => name).join(' ')).toBe(order);
    expect(ordered.map((target) => ['s', 'x', 'y'][targets.indexOf(target)])).toEqual(standsInFor);
  });
});
