/** Which partitions this node shares with which others, per N; computed once for each ring. */
import type { TreeName } from '../../../protocols/anti-entropy/index.ts';
import type { Ring } from '../../../protocols/ring/index.ts';
import type { Topology } from '../coordinator/index.ts';
import { type TreeId, type TreeLayout, treeId } from './tree-layout.ts';

export class Homes {
  readonly #topology: Topology;
  readonly #layout: TreeLayout;
  #ring: Ring | undefined;
  #own = new Set<TreeId>();
  #trees: readonly TreeName[] = [];
  #shared = new Map<string, readonly TreeName[]>();

  constructor(topology: Topology, layout: TreeLayout) {
    this.#topology = topology;
    this.#layout = layout;
  }

  /** Whether this node is one of the partition's first N. */
  isHome(name: TreeName): boolean {
    this.#refresh();
    return this.#own.has(treeId(name));
  }

  /** Those of which this node is a home. */
  get trees(): readonly TreeName[] {
    this.#refresh();
    return this.#trees;
  }

  /** The other nodes, each with the trees of which it is a home as well as this node. */
  get shared(): ReadonlyMap<string, readonly TreeName[]> {
    this.#refresh();
    return this.#shared;
  }

  /** The other homes of a tree. */
  others({ n, partition }: TreeName): readonly string[] {
    return this.#topology.ring.replicas(partition, n).filter((name) => name !== this.#topology.nodeName);
  }

  #refresh(): void {
    const { ring, nodeName } = this.#topology;
    if (ring === this.#ring) return;
    this.#ring = ring;
    const shared = new Map<string, TreeName[]>();
    const trees: TreeName[] = [];
    for (const n of this.#layout.replicaCounts) {
      for (let partition = 0; partition < ring.partitions; partition++) {
        const replicas: readonly string[] = ring.replicas(partition, n);
        if (!replicas.includes(nodeName)) continue;
        const name = { n, partition };
        trees.push(name);
        for (const other of replicas) if (other !== nodeName) appendTo(shared, other, name);
      }
    }
    this.#trees = trees;
    this.#own = new Set(trees.map(treeId));
    this.#shared = shared;
  }
}

function appendTo(lists: Map<string, TreeName[]>, key: string, name: TreeName): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [name]);
  else list.push(name);
}
