/** Which transaction must come before which, and why. */

/**
 * Adya, Liskov & O'Neil ("Generalized isolation level definitions", ICDE 2000): `ww` overwrites, `wr` reads what the other wrote, `rw`
 * overwrites what the other read. And outside of the data: one after the other in one process, and in time.
 */
export type DependencyKind = 'ww' | 'wr' | 'rw' | 'process' | 'realtime';

export interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly kind: DependencyKind;
  /** The key it is about; the two of the outside have none. */
  readonly key?: string | number;
  /** In words, after `because`. */
  readonly reason: string;
}

export class DependencyGraph {
  readonly #outgoing: Dependency[][];

  constructor(transactions: number) {
    this.#outgoing = Array.from({ length: transactions }, () => []);
  }

  get size(): number {
    return this.#outgoing.length;
  }

  add(dependency: Dependency): void {
    const { from, to, kind } = dependency;
    const outgoing = this.#outgoing[from];
    if (from === to || outgoing === undefined || outgoing.some((one) => one.to === to && one.kind === kind)) return;
    outgoing.push(dependency);
  }

  from(transaction: number): readonly Dependency[] {
    return this.#outgoing[transaction] ?? [];
  }

  /** How many dependencies there are of a kind. */
  count(kind: DependencyKind): number {
    return this.#outgoing.reduce((sum, outgoing) => sum + outgoing.filter((one) => one.kind === kind).length, 0);
  }

  /**
   * Groups of more than one transaction of which each leads to each other: every cycle lies in one of them. Tarjan ("Depth-first search
   * and linear graph algorithms", SIAM J. Comput. 1972), without recursion.
   */
  components(kinds: ReadonlySet<DependencyKind>): number[][] {
    const index = new Int32Array(this.size).fill(-1);
    const low = new Int32Array(this.size);
    const onStack = new Uint8Array(this.size);
    const stack: number[] = [];
    const found: number[][] = [];
    let next = 0;
    const open = (node: number): { node: number; rest: readonly Dependency[]; at: number } => {
      index[node] = low[node] = next++;
      onStack[node] = 1;
      stack.push(node);
      return { node, rest: this.from(node), at: 0 };
    };
    for (let start = 0; start < this.size; start++) {
      if (index[start] !== -1) continue;
      const path = [open(start)];
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const edge = top.rest[top.at++];
        if (edge === undefined) {
          path.pop();
          const parent = path.at(-1);
          if (parent !== undefined) low[parent.node] = Math.min(low[parent.node] ?? 0, low[top.node] ?? 0);
          if (low[top.node] !== index[top.node]) continue;
          const component = stack.splice(stack.lastIndexOf(top.node));
          for (const node of component) onStack[node] = 0;
          if (component.length > 1) found.push(component);
        } else if (kinds.has(edge.kind)) {
          if (index[edge.to] === -1) path.push(open(edge.to));
          else if (onStack[edge.to] === 1) low[top.node] = Math.min(low[top.node] ?? 0, index[edge.to] ?? 0);
        }
      }
    }
    return found;
  }

  /** A shortest way from one transaction to another, within some of them. */
  path(from: number, to: number, within: ReadonlySet<number>, kinds: ReadonlySet<DependencyKind>): Dependency[] | undefined {
    const reached = new Map<number, Dependency | undefined>([[from, undefined]]);
    const queue = [from];
    for (let at = 0; at < queue.length && !reached.has(to); at++) {
      for (const edge of this.from(queue[at] ?? from)) {
        if (!kinds.has(edge.kind) || !within.has(edge.to) || reached.has(edge.to)) continue;
        reached.set(edge.to, edge);
        queue.push(edge.to);
      }
    }
    if (!reached.has(to)) return undefined;
    const way: Dependency[] = [];
    for (let edge = reached.get(to); edge !== undefined; edge = reached.get(edge.from)) way.unshift(edge);
    return way;
  }
}
