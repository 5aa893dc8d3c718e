import { bitCount, type ReadState } from '../../../protocols/quorum/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import { notEnoughReplicas, timedOut } from '../errors.ts';
import type { Target } from './topology.ts';

/** Why a read failed, and which homes have not answered. */
export function notRead(
  reason: 'too-few' | 'deadline',
  timeoutMs: number,
  { needed, answered }: ReadState,
  homes: readonly Target[],
  targets: readonly Target[],
): QuorateError {
  const answeredBy = targets.filter((_target, index) => (answered & (1 << index)) !== 0);
  const missing = homes.filter((target) => !answeredBy.includes(target)).map((target) => target.name);
  const shortfall = { needed, answered: bitCount(answered), missing, outcome: 'not-applied' } as const;
  return reason === 'deadline' ? timedOut('read', timeoutMs, shortfall) : notEnoughReplicas('read', shortfall);
}
