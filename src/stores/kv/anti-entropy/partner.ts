/** Requests to another node with a time limit: who falls silent is not waited for. */
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Peer, WriteBody } from '../../../runtime/transport/index.ts';
import type { FrameKind, Timers } from '../../../runtime/world/index.ts';
import { REPLY } from './frames.ts';

/** Longer than a slice waits behind foreground work that is at its limits. */
const TIMEOUT_MS = 15_000;

export interface Answer {
  /** Valid during the call only. */
  answered(body: Reader): void;
  /** No answer, or one that says no: exactly one of the two is called, unless the request is cancelled. */
  failed(): void;
}

/** @returns how to cancel. */
export function askPartner(timers: Timers, peer: Peer, kind: FrameKind, write: WriteBody, answer: Answer): () => void {
  let ended = false;
  const end = (): boolean => {
    const wasUnderWay = !ended;
    ended = true;
    timer.cancel();
    return wasUnderWay;
  };
  const timer = timers.after(TIMEOUT_MS, () => {
    if (!end()) return;
    peer.cancel(correlation);
    answer.failed();
  });
  const correlation = peer.request(
    kind,
    write,
    (replyKind, body) => {
      if (!end()) return;
      if (replyKind !== (kind | REPLY)) answer.failed();
      else readOrFail(answer, body);
    },
    () => {
      if (end()) answer.failed();
    },
  );
  return () => {
    if (end()) peer.cancel(correlation);
  };
}

/** An answer without form ends the link as well as what it was an answer to. */
function readOrFail(answer: Answer, body: Reader): void {
  try {
    answer.answered(body);
  } catch (error) {
    if (error instanceof MalformedBytes) answer.failed();
    throw error;
  }
}
