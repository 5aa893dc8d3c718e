/** What those who hand hints over have to do with. */
import type { Ring } from '../../../protocols/ring/index.ts';
import type { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { World } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import type { ReplicaStore } from '../replica/index.ts';
import type { HintStore } from './hint-store.ts';

/** Who holds a key, and the links to them. */
export interface HintTopology {
  readonly nodeName: string;
  readonly ring: Ring;
  target(name: string): { readonly peer: Peer | undefined } | undefined;
}

export interface DeliveryParts {
  readonly world: Pick<World, 'clock' | 'timers' | 'log'>;
  readonly configuration: NodeConfiguration;
  readonly topology: HintTopology;
  readonly replica: ReplicaStore;
  readonly hints: HintStore;
  /** Whose history names everyone who was ever a member: this node may have come, or restarted, after they left. */
  readonly membership?: {
    readonly history: readonly { readonly node: string }[];
    /** Why this node is to hold nothing more for anyone; `undefined` for a member. */
    readonly refusal: QuorateError | undefined;
  };
  readonly background: Background;
}
