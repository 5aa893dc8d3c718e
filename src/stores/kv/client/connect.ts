import { parseAddress } from '../../../runtime/transport/index.ts';
import type { Address, World } from '../../../runtime/world/index.ts';
import { badOption } from '../caller-errors.ts';
import type { CallOptions, Quorate } from '../interface.ts';
import { createQuorate } from '../quorate.ts';
import { ClientExecutor } from './client-executor.ts';

/** How to connect to a cluster. */
export interface ConnectOptions extends CallOptions {
  /** Refuse nodes of another cluster. Default: take the cluster that answers. Printable ASCII, at most 255 characters. */
  readonly clusterName?: string;
  /**
   * Whether the other nodes that the cluster tells of are connected to as well. Without them every request goes to a node of the given
   * addresses, which is how one asks that node itself. Default: yes.
   */
  readonly discover?: boolean;
}

const NAME = /^[\x20-\x7e]{0,255}$/;

/**
 * Connect in a given world. Resolves when a node has told of the cluster; the other nodes it knows are connected to as well.
 * @throws QuorateError `no-node-reachable`, `address-invalid`, `bad-option`, `aborted`
 */
export async function connectIn(world: World, addresses: readonly Address[], options: ConnectOptions = {}): Promise<Quorate> {
  const { clusterName = '', discover = true, ...callOptions } = options;
  if (!Array.isArray(addresses) || addresses.length === 0)
    throw badOption('addresses', addresses, 'it must be a list of at least one address');
  for (const address of addresses) parseAddress(address);
  if (!NAME.test(clusterName))
    throw badOption('clusterName', clusterName, 'it must be printable ASCII of at most 255 characters');
  if (typeof discover !== 'boolean') throw badOption('discover', discover, 'it must be true or false');
  const executor = new ClientExecutor(world, { addresses, clusterName });
  const quorate = createQuorate(executor, () => new Promise((resolve) => executor.close(resolve)));
  try {
    const { nodes, buckets } = await quorate.status(callOptions);
    if (!discover) return quorate;
    for (const { name, address } of nodes) executor.addNode(name, address);
    executor.followRing(buckets);
    return quorate;
  } catch (error) {
    await quorate.close();
    throw error;
  }
}
