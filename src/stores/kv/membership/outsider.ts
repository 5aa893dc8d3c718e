/**
 * A node that never was a member takes part in nothing but gossip. Others may have a link to it under the name of a
 * member, when two processes were given one name: what they would store here would be counted, and be gone with this process.
 */
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { encodeError, KIND } from '../messages/index.ts';
import { MEMBERSHIP_KIND } from './kinds.ts';
import type { Membership } from './membership.ts';

const GOSSIP: ReadonlySet<FrameKind> = new Set(Object.values(MEMBERSHIP_KIND));

/** @returns whether the frame was refused. */
export function refusedByOutsider(membership: Membership, link: Link, kind: FrameKind, correlation: number): boolean {
  if (membership.isMember || membership.standing !== 'waiting' || GOSSIP.has(kind)) return false;
  const { refusal } = membership;
  if (correlation !== 0 && refusal !== undefined) {
    encodeError(link.begin(KIND.error, correlation), refusal);
    link.commit();
  }
  return true;
}
