/** The public interface on top of the node of this very process: no socket, no encoding of requests. */
import { createQuorate, type KvNode, type Quorate } from '../../stores/kv/index.ts';

/** Closing it closes nothing: the node belongs to the server. */
export function quorateOf(node: KvNode): Omit<Quorate, 'close' | typeof Symbol.asyncDispose> {
  return createQuorate(node, () => Promise.resolve());
}
