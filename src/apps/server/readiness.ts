import { QuorateError } from '../../runtime/errors/index.ts';
import type { KvNode, Quorate } from '../../stores/kv/index.ts';
import type { Readiness } from '../http/index.ts';
import { WAITING_SEATS_TOPIC, waitingPartitions, waitingSeatsIn } from '../waiting-seats/index.ts';

/** What `/ready` tells: of this node alone, and at once. */
export async function readinessOf(
  node: Pick<KvNode, 'unreadiness'>,
  administration: Pick<Quorate['administration'], 'ask'>,
): Promise<Readiness> {
  const reason = node.unreadiness();
  if (reason !== undefined) return { ready: false, reason };
  try {
    const { silent, incomplete } = waitingPartitions(waitingSeatsIn(await administration.ask(WAITING_SEATS_TOPIC)));
    const waiting = [...silent, ...incomplete].sort((a, b) => a - b);
    return { ready: true, reason: 'ready', ...(waiting.length === 0 ? {} : { waitingRegisters: waiting }) };
  } catch (error) {
    // It takes no more questions, for it is about to stop or has too many of them; what it is asked here is whether it is of use.
    if (error instanceof QuorateError) return { ready: true, reason: 'ready' };
    throw error;
  }
}
