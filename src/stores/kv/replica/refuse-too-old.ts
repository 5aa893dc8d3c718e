/** The answer to whoever sends a record that was read too long ago; and the era, for a node that has just come may not know any. */
import type { Link } from '../../../runtime/world/index.ts';
import { eraUnknown, readTooLongAgo } from '../errors.ts';
import { encodeError, KIND } from '../messages/index.ts';
import type { Eras } from './eras.ts';

/** @returns whether the record must not be stored: that has been answered then. */
export function refuseTooOld(link: Link, correlation: number, nodeName: string, eras: Eras, readIn: number): boolean {
  if (!eras.isTooOld(readIn)) return false;
  if (eras.state.isAsking) {
    if (correlation === 0) return true;
    encodeError(link.begin(KIND.error, correlation), eraUnknown(nodeName));
    link.commit();
    return true;
  }
  link.begin(KIND.era, 0).u48(eras.current);
  link.commit();
  if (correlation === 0) return true;
  encodeError(link.begin(KIND.error, correlation), readTooLongAgo(nodeName, readIn, eras.current));
  link.commit();
  return true;
}
