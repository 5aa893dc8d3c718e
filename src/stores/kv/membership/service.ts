/** The membership as a service of its node. */
import type { Topology } from '../coordinator/index.ts';
import type { Peers } from '../peers.ts';
import type { NodeService } from '../service.ts';
import { MEMBERSHIP_KIND } from './kinds.ts';
import type { Membership } from './membership.ts';
import { commands, membersAnswer } from './orders.ts';

export interface MembershipServiceParts {
  readonly membership: Membership;
  readonly topology: Topology;
  readonly peers: Peers;
}

export function membershipService({ membership, topology, peers }: MembershipServiceParts): NodeService {
  membership.onChange(() => {
    peers.update(membership.addresses);
    const { ring } = membership;
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
