/** What a node has to know before it starts. The same on all nodes of a cluster but for the node's own name. */
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Address } from '../../runtime/world/index.ts';
import type { BucketSettings, Limits } from './settings.ts';

export interface MemberConfiguration {
  readonly name: string;
  /** Where it listens for nodes and clients; `undefined` for an embedded node, which listens nowhere. */
  readonly address: Address | undefined;
  /** Machine: two replicas of a key never share one while there is another choice. */
  readonly host: string;
  readonly zone: string;
  /** Share of the data relative to the others; a positive whole number. */
  readonly weight: number;
}

export interface NodeConfiguration {
  readonly clusterName: string;
  readonly nodeName: string;
  /** Of the ring: a power of two, 1 .. 65,536; fixed when the cluster is made. */
  readonly partitions: number;
  /** The first members of the cluster. Once a history of the membership is stored, that one says who the members are. */
  readonly members: readonly MemberConfiguration[];
  /** This node, if it is none of them: it waits until an administrator decides that it joins. */
  readonly newcomer?: MemberConfiguration;
  /** With whom this node gossips now and then, whoever the members are; a newcomer gets the history from them. */
  readonly seeds?: readonly Address[];
  /** Settings of buckets that have none of their own. */
  readonly defaults: BucketSettings;
  readonly buckets: ReadonlyMap<string, BucketSettings>;
  readonly limits: Limits;
  /** Requests under way at once on this node, at most; more are refused with `overloaded`. */
  readonly maxInFlight: number;
  /** Default true. Without, replicas that differ are brought together by reads alone. */
  readonly antiEntropy?: boolean;
  /** Background work is held back while the foreground's 99.9th percentile is above it, in milliseconds. */
  readonly target?: { readonly p999Ms: number };
}

/** @throws QuorateError `bad-configuration` if the node is not among the members. */
export function ownMember({ nodeName, members, newcomer }: NodeConfiguration): MemberConfiguration {
  const own = newcomer?.name === nodeName ? newcomer : members.find((member) => member.name === nodeName);
  if (own !== undefined) return own;
  throw new QuorateError({
    code: 'bad-configuration',
    message: `The configuration has no node '${nodeName}'.`,
    outcome: 'not-applied',
    next: `Choose one of ${members.map((member) => member.name).join(', ')}.`,
    data: { node: nodeName },
  });
}
