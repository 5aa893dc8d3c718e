/**
 * What a node tells a client that asked it wrongly, right before the answer and with the same correlation: who coordinated the request,
 * and which ring the node knows (the Dynamo paper, section 6.4: a client that knows the ring asks a coordinator directly). A client
 * whose ring is another one fetches it anew.
 *
 * | field | bytes |
 * |---|---|
 * | who the request was passed on to | 1+ |
 * | version of the node's ring | 1+ |
 */
import type { Reader, Writer } from '../../../runtime/bytes/index.ts';

export interface PassedOn {
  readonly coordinator: string;
  readonly ringVersion: string;
}

export function encodePassedOn(writer: Writer, { coordinator, ringVersion }: PassedOn): void {
  writer.ascii(coordinator).ascii(ringVersion);
}

/** @throws MalformedBytes */
export function decodePassedOn(reader: Reader): PassedOn {
  const passedOn = { coordinator: reader.ascii(), ringVersion: reader.ascii() };
  reader.expectEnd();
  return passedOn;
}
