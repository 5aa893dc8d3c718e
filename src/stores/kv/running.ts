/** A node at work: its parts, put together once it knows who it is. */
import { startBudget } from '../../protocols/hedging/index.ts';
import type { NodeWorld } from '../../runtime/world/index.ts';
import { AtomicRegisters } from './atomic/index.ts';
import type { Background } from './background/index.ts';
import type { NodeConfiguration } from './configuration.ts';
import { Coordinator, type Deadlines, isUp, Topology } from './coordinator/index.ts';
import { HintStore } from './hints/index.ts';
import { Membership } from './membership/index.ts';
import { Meters } from './meters/index.ts';
import type { KvObserver } from './observer.ts';
import type { Peers } from './peers.ts';
import { RegisterSeats } from './register-seats/index.ts';
import { type ActorIdentity, ReplicaServer, ReplicaStore } from './replica/index.ts';
import { Seating } from './seating/index.ts';
import { createServices, ServiceHost } from './services.ts';
import { everyN, TransferService } from './transfer/index.ts';
import { Watches } from './watches/index.ts';

export interface Running {
  readonly identity: ActorIdentity;
  readonly replica: ReplicaStore;
  readonly membership: Membership;
  readonly seating: Seating;
  readonly topology: Topology;
  readonly coordinator: Coordinator;
  readonly server: ReplicaServer;
  readonly transfers: TransferService;
  readonly services: ServiceHost;
  readonly watches: Watches;
}

interface Foundations {
  readonly world: NodeWorld;
  readonly configuration: NodeConfiguration;
  readonly observer: KvObserver;
  readonly peers: Peers;
  readonly deadlines: Deadlines;
  readonly identity: ActorIdentity;
  readonly background: Background;
}

/** Dials the peers; starts nothing else. */
export function assemble(foundations: Foundations): Running {
  const { world, configuration, observer, peers, deadlines, identity, background } = foundations;
  const { engine, clock, log, random } = world;
  const meters = new Meters();
  const onDropped = (storageKey: Uint8Array): void => meters.losses.dropped(storageKey);
  const replica = new ReplicaStore({ engine, clock, log, identity, observer, onDropped });
  const hints = new HintStore({ engine, clock, log, random, eras: replica.eras });
  const membership = new Membership(foundations);
  const seating = new Seating(engine, everyN(configuration), membership.history, configuration.partitions);
  const ring = seating.ring();
  peers.start(ring, seating.reachable(membership.addresses, configuration.nodeName));
  const topology = new Topology(configuration.nodeName, ring, peers);
  const registerSeats = new RegisterSeats({ world, configuration, seating, topology });
  const serviceParts = { ...foundations, membership, seating, topology, registerSeats, replica, hints, meters };
  const transfers = new TransferService(serviceParts);
  let reads = 0;
  const parts = {
    world,
    configuration,
    topology,
    replica,
    hints,
    deadlines,
    observer,
    meters,
    hedgeBudget: startBudget(),
    nextRead: () => reads++,
  };
  const coordinator = new Coordinator(parts, new AtomicRegisters({ ...parts, registerSeats }));
  return {
    identity,
    replica,
    membership,
    seating,
    topology,
    coordinator,
    server: new ReplicaServer(replica, configuration.nodeName, background),
    transfers,
    services: new ServiceHost(createServices(serviceParts, transfers)),
    watches: new Watches(serviceParts, coordinator),
  };
}

/** What is missing for a read and a write of every bucket now; `undefined` for nothing. */
export function unreadiness(configuration: NodeConfiguration, { replica, topology, membership }: Running): string | undefined {
  if (membership.refusal !== undefined) return membership.refusal.message;
  if (replica.failure !== undefined) return `storage failed: ${replica.failure.message}`;
  const { defaults, buckets } = configuration;
  const up = membership.members.filter(({ name }) => {
    const target = topology.target(name);
    return target !== undefined && isUp(target);
  }).length;
  const needed = Math.max(...[defaults, ...buckets.values()].map(({ r, w }) => Math.max(r, w)));
  return up >= needed ? undefined : `${up} nodes are up, ${needed} are needed`;
}
