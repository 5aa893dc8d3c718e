/**
 * Frame kinds of the store. Replies have the high bit set; see the transport for the kinds from 0xf0. A node's services (see
 * `services.ts`) have kinds of their own, from 0x20.
 */
export const KIND = {
  get: 0x01,
  change: 0x02,
  list: 0x03,
  inspect: 0x04,
  administer: 0x05,
  replicaRead: 0x11,
  replicaWrite: 0x12,
  replicaList: 0x13,
  getReply: 0x81,
  changeReply: 0x82,
  listReply: 0x83,
  inspectReply: 0x84,
  administerReply: 0x85,
  /** The replica's record is the one it was asked to compare with, or both have none. */
  replicaSame: 0x91,
  /** The replica's record, whole; empty for none. */
  replicaRecord: 0x92,
  replicaStored: 0x93,
  replicaKeys: 0x94,
  error: 0xef,
} as const;

/** The protocol of these frames; nodes and clients of another version are refused at the handshake. */
export const PROTOCOL_VERSION = 1;
