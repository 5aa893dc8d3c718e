export { KIND, PROTOCOL_VERSION } from './kinds.ts';
export { decodePassedOn, encodePassedOn } from './passed-on.ts';
export {
  decodeReplicaKeys,
  decodeReplicaListing,
  decodeReplicaRecord,
  decodeReplicaWrite,
  encodeReplicaKeys,
  encodeReplicaListing,
  encodeReplicaRead,
  encodeReplicaRecord,
  encodeReplicaWrite,
  type ListedKey,
  type ReplicaKeys,
  type ReplicaListing,
  type ReplicaWrite,
} from './replication.ts';
export { decodeError, decodeReply, encodeError, encodeReply, REPLY_KIND } from './replies.ts';
export { decodeRequest, encodeRequest, REQUEST_KIND, type ReceivedRequest } from './requests.ts';
