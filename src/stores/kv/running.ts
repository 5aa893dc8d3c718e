/** A node at work: its parts, put together once it knows who it is. */
import type { NodeWorld } from '../../runtime/world/index.ts';
import { AtomicRegisters } from './atomic/index.ts';
import type { Background } from './background/index.ts';
import type { MemberConfiguration, NodeConfiguration } from './configuration.ts';
import { Coordinator, type Deadlines, isUp, Topology } from './coordinator/index.ts';
import { HintStore } from './hints/index.ts';
import { ringOfConfiguration } from './known-rings.ts';
import type { KvObserver } from './observer.ts';
import type { Peers } from './peers.ts';
import { type ActorIdentity, ReplicaServer, ReplicaStore } from './replica/index.ts';
import { createServices, ServiceHost } from './services.ts';

export interface Running {
  readonly identity: ActorIdentity;
  readonly replica: ReplicaStore;
  readonly topology: Topology;
  readonly coordinator: Coordinator;
  readonly server: ReplicaServer;
  readonly services: ServiceHost;
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
  const hints = new HintStore({ engine, clock, log, random });
  const replica = new ReplicaStore({ engine, clock, log, identity, observer });
  const ring = ringOfConfiguration(configuration.members.map(withAddress), configuration.partitions);
  peers.start(ring);
  const topology = new Topology(configuration.nodeName, ring, peers);
  let reads = 0;
  const parts = { world, configuration, topology, replica, hints, deadlines, observer, nextRead: () => reads++ };
  return {
    identity,
    replica,
    topology,
    coordinator: new Coordinator(parts, new AtomicRegisters(parts)),
    server: new ReplicaServer(replica, configuration.nodeName, background),
    services: new ServiceHost(createServices({ ...foundations, topology, replica, hints })),
  };
}

/** What is missing for a read and a write of every bucket now; `undefined` for nothing. */
export function unreadiness(configuration: NodeConfiguration, { replica, topology }: Running): string | undefined {
  if (replica.failure !== undefined) return `storage failed: ${replica.failure.message}`;
  const { defaults, buckets, members } = configuration;
  const up = members.filter(({ name }) => {
    const target = topology.target(name);
    return target !== undefined && isUp(target);
  }).length;
  const needed = Math.max(...[defaults, ...buckets.values()].map(({ r, w }) => Math.max(r, w)));
  return up >= needed ? undefined : `${up} nodes are up, ${needed} are needed`;
}

/** An embedded node listens nowhere, but the history of the membership wants a place for everyone. */
function withAddress(member: MemberConfiguration): MemberConfiguration & { readonly address: string } {
  return { ...member, address: member.address ?? `embedded:${member.name}` };
}
