export { formatTcpAddress, invalidAddress, type ParsedAddress, parseAddress } from './address.ts';
export { Backoff } from './backoff.ts';
export {
  beginFrame,
  commitFrame,
  FIRST_REPLY_KIND,
  FIRST_TRANSPORT_KIND,
  FRAME_HEADER_BYTES,
  type FrameSink,
  MAX_FRAME_BYTES,
  transportKind,
} from './frame.ts';
export { FrameDecoder } from './frame-decoder.ts';
export { decodeHello, encodeHello, MAX_HELLO_FRAME_BYTES, refusal } from './handshake.ts';
export {
  type OnFailure,
  type OnReply,
  Peer,
  type PeerOptions,
  type Requester,
  type RequestFailure,
  type WriteBody,
} from './peer.ts';
