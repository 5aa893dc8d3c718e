/** The lines between the nodes of a drill, and what can be done to them. */

export type NetworkMeans = 'namespaces' | 'proxy';

export interface DrillNetwork {
  readonly means: NetworkMeans;
  /** What of slow lines cannot be had, if anything. */
  readonly note: string | undefined;
  /** Where a node listens. */
  address(node: string): string;
  /** What one node dials to reach the other: not its address, if something stands between them. */
  addressSeenBy(node: string, other: string): string;
  /** What runs a node's process in its place in the network; see `ChildOptions`. */
  launcher(node: string): readonly string[];
  /** What one sends does not reach the other, until {@link heal}. */
  cut(from: string, to: string): Promise<void>;
  /** All lines of this node, both ways, until {@link heal}. */
  slow(node: string, line: { readonly delayMs: number; readonly kilobitsPerSecond: number }): Promise<void>;
  /** End all of these. */
  heal(): Promise<void>;
  close(): Promise<void>;
}
