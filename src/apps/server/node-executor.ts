/** The public interface on top of the node of this very process: no socket, no encoding of requests. */
import { type ClusterStatus, createKv, type KvNode, type Quorate, type RingDescription } from '../../stores/kv/index.ts';

const DEFAULT_TIMEOUT_MS = 5_000;

/** Closing it closes nothing: the node belongs to the server. */
export function quorateOf(node: KvNode): Omit<Quorate, 'close' | typeof Symbol.asyncDispose> {
  return {
    kv: createKv(node),
    status: async (options = {}) => JSON.parse(await inspect(node, 'status', options.timeoutMs)) as ClusterStatus,
    ring: async (options = {}) => JSON.parse(await inspect(node, 'ring', options.timeoutMs)) as RingDescription,
  };
}

function inspect(node: KvNode, topic: 'status' | 'ring', timeoutMs = DEFAULT_TIMEOUT_MS): Promise<string> {
  return new Promise((resolve, reject) => {
    node.execute({ kind: 'inspect', topic, timeoutMs }, { reply: ({ json }) => resolve(json), fail: reject });
  });
}
