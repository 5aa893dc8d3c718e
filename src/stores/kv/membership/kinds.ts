/** Frame kinds of this service: 0x20 .. 0x2f, and the replies to them. */
export const MEMBERSHIP_KIND = {
  /** A message of the failure detectors; not answered by a reply, but by another one. */
  probe: 0x20,
  /** Begins a round of gossip. */
  digest: 0x21,
  offer: 0x22,
  /** A node that is no member tells what it would be as one; no reply. */
  introduction: 0x23,
  /** Both know the same. */
  same: 0xa0,
  outline: 0xa1,
  missing: 0xa2,
} as const;
