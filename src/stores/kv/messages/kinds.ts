/**
 * Frame kinds of the store. Replies have the high bit set; see the transport for the kinds from 0xf0. A node's services (see
 * `services.ts`) have requests of their own, in their own folders:
 *
 * | kinds | service |
 * |---|---|
 * | 0x20 .. 0x2f | membership: gossip, probes |
 * | 0x30 .. 0x3f | transfer of partitions |
 * | 0x40 .. 0x4f | anti-entropy, tombstones |
 * | 0x50 .. 0x5f | hints |
 * | 0x60 .. 0x67 | atomic registers, watches, history of a key |
 * | 0x68 .. 0x6b | backup |
 */
export const KIND = {
  get: 0x01,
  change: 0x02,
  list: 0x03,
  inspect: 0x04,
  administer: 0x05,
  watch: 0x06,
  /** From a node to a client, right before an answer, and never answered: see `passed-on.ts`. */
  passedOn: 0x07,
  replicaRead: 0x11,
  replicaWrite: 0x12,
  replicaList: 0x13,
  /** The era that the sender is in: to whoever sent it a record of one that is long past. No answer. */
  era: 0x4c,
  getReply: 0x81,
  changeReply: 0x82,
  listReply: 0x83,
  inspectReply: 0x84,
  administerReply: 0x85,
  watchReply: 0x86,
  /** The replica's record is the one it was asked to compare with, or both have none. */
  replicaSame: 0x91,
  /** The replica's record, whole, and the era in which it was read; empty for none. */
  replicaRecord: 0x92,
  replicaStored: 0x93,
  replicaKeys: 0x94,
  error: 0xef,
} as const;

/** The protocol of these frames; nodes and clients of another version are refused at the handshake. */
export const PROTOCOL_VERSION = 1;
