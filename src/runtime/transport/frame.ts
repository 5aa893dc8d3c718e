/**
 * The form of a frame, the unit of everything that travels between processes. Numbers are big-endian.
 *
 * | offset | size | type | what                                                                                |
 * |-------:|-----:|------|-------------------------------------------------------------------------------------|
 * |      0 |    4 | u32  | length of what follows this field: 8 + the body's length                            |
 * |      4 |    1 | u8   | kind: 0x00-0x7f request, 0x80-0xef reply, 0xf0-0xff the transport's own             |
 * |      5 |    1 | u8   | flags: 0, checked                                                                   |
 * |      6 |    2 | u16  | reserved: 0, checked                                                                |
 * |      8 |    4 | u32  | correlation: chosen by the requester, echoed by the reply; 0 where no reply is due  |
 * |     12 |    n | u8[] | body                                                                                |
 *
 * The limit applies to the whole frame, header included, and is checked before anything is allocated for it.
 */
import { MalformedBytes, type Reader, type Writer } from '../bytes/index.ts';
import { QuorateError } from '../errors/index.ts';
import type { FrameKind } from '../world/index.ts';

/** Bytes before the body. */
export const FRAME_HEADER_BYTES = 12;

/** Largest frame, header included, unless an option says otherwise. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Kinds from here to 0xef are replies. */
export const FIRST_REPLY_KIND = 0x80;

/** Kinds from here on are the transport's own. */
export const FIRST_TRANSPORT_KIND = 0xf0;

/** What the transport says to its other end. */
export const transportKind = {
  /** First frame each way: who speaks. */
  hello: 0xf0,
  /** Asks for a sign of life. */
  ping: 0xf1,
  /** The sign of life. */
  pong: 0xf2,
  /** Instead of a hello: why the link will not open. */
  refusal: 0xf3,
  /** Last frame of a link that is closed on purpose, with the reason. */
  goodbye: 0xf4,
} as const;

/** The kind says that the frame answers a request of the receiver. */
export function isReply(kind: FrameKind): boolean {
  return kind >= FIRST_REPLY_KIND && kind < FIRST_TRANSPORT_KIND;
}

/** Begin a frame at the writer's end. @returns where it begins, for {@link commitFrame}. */
export function beginFrame(writer: Writer, kind: FrameKind, correlation: number): number {
  const start = writer.length;
  writer
    .u32(0)
    .u32(kind << 24)
    .u32(correlation);
  return start;
}

/**
 * Finish the frame that begins at `start`: its length is known now. A frame over the limit is taken back from the writer.
 * @throws QuorateError `frame-too-large`.
 */
export function commitFrame(writer: Writer, start: number, maxFrameBytes = MAX_FRAME_BYTES): void {
  const sizeBytes = writer.length - start;
  if (sizeBytes > maxFrameBytes) {
    writer.truncate(start);
    throw frameTooLarge(sizeBytes, maxFrameBytes);
  }
  writer.setU32(start, sizeBytes - 4);
}

function frameTooLarge(sizeBytes: number, maxFrameBytes: number): QuorateError {
  return new QuorateError({
    code: 'frame-too-large',
    message: `a message of ${sizeBytes} bytes is over the limit of ${maxFrameBytes} bytes for one frame`,
    outcome: 'not-applied',
    next: 'Send less at once, or raise the frame limit on every node and client.',
    data: { sizeBytes, maxFrameBytes },
  });
}

/**
 * Check the header at `at`, of which all bytes must be there. @returns the size of the whole frame.
 * @throws MalformedBytes naming the rule that is broken.
 */
export function frameSize(bytes: Uint8Array, at: number, maxFrameBytes: number): number {
  const length =
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0;
  if (length < FRAME_HEADER_BYTES - 4) throw new MalformedBytes(`frame length ${length} is under the least, 8`);
  if (length + 4 > maxFrameBytes) {
    throw new MalformedBytes(`frame of ${length + 4} bytes is over the limit of ${maxFrameBytes}`);
  }
  if (bytes[at + 5] !== 0) throw new MalformedBytes(`frame flags are ${bytes[at + 5]}, must be 0`);
  if (bytes[at + 6] !== 0 || bytes[at + 7] !== 0) throw new MalformedBytes('reserved bytes of the frame are not 0');
  return length + 4;
}

/**
 * Takes each frame. `body` is valid during the call only. @returns whether to go on: `false` keeps the frames behind this
 * one undelivered.
 */
export type FrameSink = (kind: FrameKind, correlation: number, body: Reader) => boolean;
