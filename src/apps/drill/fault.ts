/** The faults of a drill, as data. */

/** In the order in which `--help` names them. */
export const FAULT_KINDS = ['kill', 'pause', 'partition', 'zone', 'slow', 'disk'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Fault =
  /** The processes end at once (SIGKILL), and are started again when it is over. */
  | { readonly kind: 'kill'; readonly nodes: readonly string[] }
  /** The processes stand still (SIGSTOP), and go on (SIGCONT). */
  | { readonly kind: 'pause'; readonly nodes: readonly string[] }
  /** What `from` sends does not reach `to`, nor the other way round unless it is one way. */
  | { readonly kind: 'partition'; readonly from: readonly string[]; readonly to: readonly string[]; readonly oneWay: boolean }
  /** All of a zone is cut off from all others. */
  | { readonly kind: 'zone'; readonly zone: string; readonly nodes: readonly string[]; readonly others: readonly string[] }
  /** All lines of the nodes. Without a way to delay, only the rate is limited. */
  | { readonly kind: 'slow'; readonly nodes: readonly string[]; readonly delayMs: number; readonly kilobitsPerSecond: number }
  /** The disk of the node is full; when it is over there is room again, and the node is started anew. */
  | { readonly kind: 'disk'; readonly nodes: readonly string[] };

export interface PlannedFault {
  readonly fault: Fault;
  /** Milliseconds from the beginning of the drill. */
  readonly atMs: number;
  readonly durationMs: number;
}

/** In a few words: `kill -9 n2`. */
export function describeFault(fault: Fault): string {
  const names = (nodes: readonly string[]): string => nodes.join(' ');
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${names(fault.nodes)}`;
    case 'pause':
      return `pause ${names(fault.nodes)}`;
    case 'partition':
      return fault.oneWay
        ? `one way: ${names(fault.from)} does not reach ${names(fault.to)}`
        : `partition ${names(fault.from)} | ${names(fault.to)}`;
    case 'zone':
      return `cut off zone ${fault.zone}: ${names(fault.nodes)}`;
    case 'slow':
      return `slow lines of ${names(fault.nodes)}: ${fault.delayMs} ms, ${fault.kilobitsPerSecond} kbit/s`;
    case 'disk':
      return `full disk of ${names(fault.nodes)}`;
  }
}
