/** The membership as a service of its node. */
import type { Topology } from '../coordinator/index.ts';
import type { Peers } from '../peers.ts';
import type { Seating } from '../seating/index.ts';
import type { NodeService } from '../service.ts';
import { MEMBERSHIP_KIND } from './kinds.ts';
import type { Membership } from './membership.ts';
import { commands, membersAnswer } from './orders.ts';

export interface MembershipServiceParts {
  readonly membership: Membership;
  readonly topology: Topology;
  readonly seating: Seating;
  readonly peers: Peers;
}

export function membershipService({ membership, topology, peers, seating }: MembershipServiceParts): NodeService {
  membership.onChange(() => {
    if (membership.isNamesake) return;
    // What the history wants is one thing, where the partitions are another: the seating knows both, and `transfer/` brings them together.
    seating.follow(membership.history);
    peers.update(seating.reachable(membership.addresses, topology.nodeName));
    const ring = seating.ring();
    if (ring.version !== topology.ring.version) topology.change(ring);
  });
  return {
    frames: new Map([
      [MEMBERSHIP_KIND.probe, (link, _correlation, body) => membership.onProbe(link, body)],
      [MEMBERSHIP_KIND.digest, (link, correlation, body) => membership.onDigest(link, correlation, body)],
      [MEMBERSHIP_KIND.offer, (link, correlation, body) => membership.onOffer(link, correlation, body)],
      [MEMBERSHIP_KIND.introduction, (link, _correlation, body) => membership.onIntroduction(link, body)],
    ]),
    topics: new Map([['members', () => membersAnswer(membership)]]),
    commands: commands(membership),
    start: () => membership.start(),
    stop: () => membership.stop(),
  };
}
