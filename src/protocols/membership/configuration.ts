/**
 * The history of a cluster whose members are listed in a configuration file: each node joins by itself, at time 1.
 *
 * The same list, in whatever order, gives the same history on each node. Lists that differ merge without trouble, and what is
 * decided later comes later. The joins take effect in the order of names: a node added to the list moves least if its name is
 * the last; a node taken off the list is forgotten as if it had never been.
 */
import { QuorateError } from '../../runtime/errors/index.ts';
import { DEFAULT_WEIGHT, isWeight, MAXIMUM_WEIGHT, type NodeName, nodeName } from '../ring/index.ts';
import type { Join } from './change.ts';
import { ADDRESS_LENGTH_MAXIMUM, compareChanges, LABEL_LENGTH_MAXIMUM } from './encoding.ts';
import type { History } from './history.ts';

export interface ConfiguredNode {
  readonly name: string;
  readonly address: string;
  /** The machine; the node's own name by default, so that each node counts as a machine. */
  readonly host?: string;
  /** `default` by default. */
  readonly zone?: string;
  /** {@link DEFAULT_WEIGHT} by default. */
  readonly weight?: number;
}

export const DEFAULT_ZONE = 'default';

/** @throws QuorateError `node-name-invalid`, `node-invalid`, `node-listed-twice`, `address-listed-twice` */
export function fromConfiguration(nodes: readonly ConfiguredNode[]): History {
  const history = nodes.map(joinOf).sort(compareChanges);
  const addresses = new Map<string, NodeName>();
  for (const [index, { node, address }] of history.entries()) {
    if (history[index + 1]?.node === node) throw listedTwice('node-listed-twice', `Node '${node}' is`, { node });
    const other = addresses.get(address);
    if (other !== undefined) {
      throw listedTwice('address-listed-twice', `Address '${address}' of node '${node}' is that of '${other}',`, {
        node,
        other,
        address,
      });
    }
    addresses.set(address, node);
  }
  return history;
}

function joinOf({ name, address, host = name, zone = DEFAULT_ZONE, weight = DEFAULT_WEIGHT }: ConfiguredNode): Join {
  const node = nodeName(name);
  checkText(node, 'address', address, ADDRESS_LENGTH_MAXIMUM);
  checkText(node, 'host', host, LABEL_LENGTH_MAXIMUM);
  checkText(node, 'zone', zone, LABEL_LENGTH_MAXIMUM);
  if (!isWeight(weight)) throw invalid(node, `weight ${weight}, but it must be a whole number from 1 to ${MAXIMUM_WEIGHT}`);
  return { kind: 'join', id: { clock: 1, author: node }, node, address, host, zone, weight };
}

function checkText(node: NodeName, what: string, text: string, lengthMaximum: number): void {
  if (text.length >= 1 && text.length <= lengthMaximum && /^[\x20-\x7e]*$/.test(text)) return;
  throw invalid(node, `${what} '${text}', but it must have 1 to ${lengthMaximum} printable ASCII characters`);
}

function invalid(node: NodeName, problem: string): QuorateError {
  return new QuorateError({
    code: 'node-invalid',
    message: `Node '${node}' has ${problem}.`,
    outcome: 'not-applied',
    next: 'Correct the node in the configuration.',
    data: { node },
  });
}

function listedTwice(code: string, what: string, data: Record<string, string>): QuorateError {
  return new QuorateError({
    code,
    message: `${what} listed twice; each node has a name and an address of its own.`,
    outcome: 'not-applied',
    next: 'Correct the list of nodes in the configuration.',
    data,
  });
}
