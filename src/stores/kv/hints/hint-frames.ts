/**
 * Frames between a coordinator and the stand-ins of homes that it cannot reach.
 *
 * | kind | fields | answer |
 * |---|---|---|
 * | hold | target 1+, then as a write of a replica | `replicaStored`, when the hint is stored as the durability says |
 * | find | as a read of a replica | as of a replica, of what is held of the key for whomever |
 * | deliver | era in which they were read 6, per hint: policy 1, storage key 2+, checked record 4+ | per hint 1: whether the target has it durably |
 */
import { POLICIES, type Policy } from '../../../protocols/versions/index.ts';
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import { decodeReplicaWrite, encodeReplicaWrite, type ReplicaWrite } from '../messages/index.ts';

export const HINT_KIND = { hold: 0x50, find: 0x51, deliver: 0x52, delivered: 0xd2 } as const;

/** What is handed over of a hint. */
export interface HandedOver {
  readonly policy: Policy;
  readonly storageKey: Uint8Array;
  readonly checkedRecord: Uint8Array;
}

export function encodeHandedOver(writer: Writer, readIn: number, hints: readonly HandedOver[]): void {
  writer.u48(readIn);
  for (const { policy, storageKey, checkedRecord } of hints)
    writer.u8(POLICIES.indexOf(policy)).bytes16(storageKey).bytes32(checkedRecord);
}

/** The bytes inside are views. @throws MalformedBytes */
export function decodeHandedOver(reader: Reader): { readonly readIn: number; readonly hints: readonly HandedOver[] } {
  const readIn = reader.u48();
  const hints: HandedOver[] = [];
  while (reader.remaining > 0) {
    const policy = POLICIES[reader.u8()];
    if (policy === undefined) throw new MalformedBytes('unknown policy');
    hints.push({ policy, storageKey: reader.bytes16(), checkedRecord: reader.bytes32() });
  }
  return { readIn, hints };
}

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
