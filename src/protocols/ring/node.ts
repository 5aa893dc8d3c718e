/**
 * A node as the ring sees it: where it stands and how much it can carry.
 *
 * Several nodes may share a host (one node per core), and several hosts a zone (a data centre, a rack). Replicas of one key are
 * kept apart by host first and by zone second, since what is shared fails together (the Dynamo paper, sections 4.3 and 4.6).
 */
import { QuorateError } from '../../runtime/errors/index.ts';

declare const nodeNameBrand: unique symbol;

/** A node's name, unique in its cluster for ever: 1 to 63 of `A-Z a-z 0-9 . _ -`. Made by {@link nodeName}. */
export type NodeName = string & { readonly [nodeNameBrand]: true };

export interface RingNode {
  readonly name: NodeName;
  /** The machine. Two nodes of one host hold the same key only when there are fewer hosts than replicas. */
  readonly host: string;
  /** The data centre or rack. */
  readonly zone: string;
  /** Share of the load relative to the other nodes, 1 .. {@link MAXIMUM_WEIGHT}. */
  readonly weight: number;
}

export const DEFAULT_WEIGHT = 1;
export const MAXIMUM_WEIGHT = 65_535;

const NAME = /^[A-Za-z0-9._-]{1,63}$/;

export function isNodeName(text: string): text is NodeName {
  return NAME.test(text);
}

/** @throws QuorateError `node-name-invalid` */
export function nodeName(text: string): NodeName {
  if (isNodeName(text)) return text;
  throw new QuorateError({
    code: 'node-name-invalid',
    message: `'${text}' cannot name a node: a name has 1 to 63 characters out of A-Z, a-z, 0-9, '.', '_' and '-'.`,
    outcome: 'not-applied',
    next: 'Choose another name.',
    data: { name: text },
  });
}

export function isWeight(weight: number): boolean {
  return Number.isInteger(weight) && weight >= 1 && weight <= MAXIMUM_WEIGHT;
}

/** Order of code units, the same on each machine whatever its locale. Negative, zero or positive. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
