/**
 * Frames between a coordinator and the stand-ins of homes that it cannot reach.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | hold | target 1+, then as a write of a replica | `replicaStored`, when the hint is stored as the durability says |
 * | find | as a read of a replica | as of a replica, of what is held of the key for whomever |
 *
 * Delivered is a hint as any write between replicas.
 */
import type { Reader, Writer } from '../../../runtime/bytes/index.ts';
import { decodeReplicaWrite, encodeReplicaWrite, type ReplicaWrite } from '../messages/index.ts';

export const HINT_KIND = { hold: 0x50, find: 0x51 } as const;

export interface HintWrite extends ReplicaWrite {
  /** The home that the write is for. */
  readonly target: string;
}

export function encodeHintWrite(writer: Writer, target: string, write: ReplicaWrite): void {
  encodeReplicaWrite(writer.ascii(target), write);
}

/** The bytes inside are views. @throws MalformedBytes */
export function decodeHintWrite(reader: Reader): HintWrite {
  const target = reader.ascii();
  return { target, ...decodeReplicaWrite(reader) };
}
