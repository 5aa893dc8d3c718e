import type { HedgeBudget } from '../../../protocols/hedging/index.ts';
import type { Change } from '../../../protocols/versions/index.ts';
import type { World } from '../../../runtime/world/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import type { HintStore } from '../hints/index.ts';
import type { Meters } from '../meters/index.ts';
import type { KvObserver } from '../observer.ts';
import type { ReplicaStore } from '../replica/index.ts';
import type { Cancel, ChangeReply, ChangeRequest, GetReply, GetRequest, ReplyHandler } from '../requests.ts';
import type { BucketSettings } from '../settings.ts';
import type { Place } from '../storage-key.ts';
import type { Deadlines } from './deadlines.ts';
import type { Topology } from './topology.ts';

/** What every request under way needs of the node it is on. */
export interface CoordinatorParts {
  readonly world: World;
  readonly configuration: NodeConfiguration;
  readonly topology: Topology;
  readonly replica: ReplicaStore;
  readonly hints: HintStore;
  readonly deadlines: Deadlines;
  readonly observer: KvObserver;
  readonly hedgeBudget: HedgeBudget;
  readonly meters: Meters;
  /** Counts the reads of this node. */
  nextRead(): number;
}

/** Atomic buckets, see `atomic/`, which stands on this folder. */
export interface AtomicKeys {
  /** @throws QuorateError `atomic-bucket` for what such a bucket does not take. */
  check(request: GetRequest | ChangeRequest): void;
  get(request: GetRequest, place: Place, settings: BucketSettings, handler: ReplyHandler<GetReply>): Cancel;
  /** `change` has bytes of its own. */
  change(change: Change, timeoutMs: number, place: Place, settings: BucketSettings, handler: ReplyHandler<ChangeReply>): Cancel;
}
