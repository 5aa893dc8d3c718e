/** Apart from `services.ts`, which imports every service, so that services can import this. */
import type { NodeWorld } from '../../runtime/world/index.ts';
import type { Background } from './background/index.ts';
import type { NodeConfiguration } from './configuration.ts';
import type { Deadlines, Topology } from './coordinator/index.ts';
import type { HintStore } from './hints/index.ts';
import type { Membership } from './membership/index.ts';
import type { Meters } from './meters/index.ts';
import type { KvObserver } from './observer.ts';
import type { Peers } from './peers.ts';
import type { RegisterSeats } from './register-seats/index.ts';
import type { ReplicaStore } from './replica/index.ts';
import type { Seating } from './seating/index.ts';

/** What services are made of. */
export interface ServiceParts {
  readonly world: NodeWorld;
  readonly configuration: NodeConfiguration;
  readonly membership: Membership;
  readonly seating: Seating;
  readonly topology: Topology;
  readonly registerSeats: RegisterSeats;
  readonly peers: Peers;
  readonly replica: ReplicaStore;
  readonly hints: HintStore;
  readonly deadlines: Deadlines;
  readonly observer: KvObserver;
  readonly meters: Meters;
  /** Whatever is not a request asks it for slices. */
  readonly background: Background;
}
