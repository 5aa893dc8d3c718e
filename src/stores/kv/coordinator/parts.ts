import type { World } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import type { KvObserver } from '../observer.ts';
import type { ReplicaStore } from '../replica/index.ts';
import type { Deadlines } from './deadlines.ts';
import type { Topology } from './topology.ts';

/** What every request under way needs of the node it is on. */
export interface CoordinatorParts {
  readonly world: World;
  readonly configuration: NodeConfiguration;
  readonly topology: Topology;
  readonly replica: ReplicaStore;
  readonly deadlines: Deadlines;
  readonly observer: KvObserver;
  /** Counts the reads of this node. */
  nextRead(): number;
}
