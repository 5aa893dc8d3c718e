import type { Fault, FaultKind } from './fault.ts';

/** What an administrator says of a node to be let in. */
export interface Newcomer {
  readonly address: string;
  readonly host: string;
  readonly zone: string;
}

/** Nodes that are not in the cluster from the beginning, and the end of those that are. */
export interface Reserve {
  /** Start a node with an empty disk, that waits to be let in. @throws QuorateError `node-failed` */
  start(node: string): Promise<Newcomer>;
  /** End it for good: no fault touches it any more. */
  retire(node: string): Promise<void>;
}

/** Where a drill happens: a cluster, and the means to do harm to it. */
export interface Stage {
  readonly nodes: readonly string[];
  /** Of the nodes, for clients. */
  readonly addresses: readonly string[];
  /** The network's faults: by which means, and why by these. For the report. */
  readonly means: string;
  /** Which kinds of faults cannot be done here, and why. */
  readonly unable: ReadonlyMap<FaultKind, string>;
  /** For changes of the ring; not there in clusters of others. */
  readonly reserve?: Reserve;
  /** Nodes that ended by themselves, with how. */
  readonly accidents: readonly string[];
  /** Resolves once the cluster takes requests. @throws QuorateError when it cannot be started or reached. */
  start(): Promise<void>;
  /** @returns what is to be known about it, if anything. @throws Error when it cannot be done. */
  begin(fault: Fault): Promise<string | undefined>;
  /** Resolves when it is over; a node that was started again may still be on its way. */
  end(fault: Fault): Promise<void>;
  /** End every fault and what was started, and remove what was made, the nodes' data too unless they are to be kept. */
  close(keepData: boolean): Promise<void>;
}
