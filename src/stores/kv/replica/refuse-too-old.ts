/**
 * What becomes of a record that was read too long ago. Whoever has sent it hears the era, too: a node that has just come may not know any, and a
 * disk from the past would send the same again and again, and never know why nobody takes it.
 */
import { type Era, isTooOld } from '../../../protocols/tombstone-collection/index.ts';
import type { Writer } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link } from '../../../runtime/world/index.ts';
import { eraUnknown, readTooLongAgo } from '../errors.ts';
import { encodeError, KIND } from '../messages/index.ts';
import type { Eras } from './eras.ts';

interface Other {
  send(kind: FrameKind, write: (writer: Writer) => void): void;
}

/** @returns whether the record must not be stored: that has been answered then. */
export function refuseTooOld(link: Link, correlation: number, nodeName: string, eras: Eras, readIn: number): boolean {
  if (!isTooOldAndTold(link, eras, readIn)) return false;
  if (correlation === 0) return true;
  const error = eras.state.isAsking ? eraUnknown(nodeName) : readTooLongAgo(nodeName, readIn, eras.current);
  encodeError(link.begin(KIND.error, correlation), error);
  link.commit();
  return true;
}

/** @returns whether what came over the link must not be stored: then its sender knows the era, and what is answered is for the caller to say. */
export function isTooOldAndTold(link: Link, eras: Eras, readIn: number): boolean {
  if (!eras.isTooOld(readIn)) return false;
  const send: Other['send'] = (kind, write) => {
    write(link.begin(kind, 0));
    link.commit();
  };
  tellEra({ send }, eras);
  return true;
}

/**
 * Another node has looked at its disk in the era `readIn`, to answer what this node asked in the era `askedIn`.
 * @returns whether that counts: from a disk of the past it does not, for what it has may be long dead; and its node is told.
 */
export function doesCount(other: Other | undefined, eras: Eras, askedIn: Era, readIn: Era): boolean {
  if (!isTooOld(askedIn, readIn)) return true;
  if (other !== undefined) tellEra(other, eras);
  return false;
}

/** To whoever gave what was read too long ago. */
export function tellEra(other: Other, eras: Eras): void {
  // Whoever asks does not know it.
  if (!eras.state.isAsking) other.send(KIND.era, (writer) => writer.u48(eras.current));
}
