/** One member asks another in which era that is. */
import type { ChangeId } from '../../../protocols/membership/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { encodeDeparture, REPLY, TOMBSTONE_KIND } from './frames.ts';

/** Members that are asked at once. */
export const ASKED = 5;

/**
 * @param departure - the decision by which this node left before it was let in again: whoever answers counts it among the members since then
 * @param told - not called if the other cannot say, or does not answer
 */
export function askEra(parts: ServiceParts, name: string, departure: ChangeId | undefined, told: (era: number) => void): void {
  parts.topology.reach(name)?.peer?.request(
    TOMBSTONE_KIND.whichEra,
    (writer) => {
      if (departure !== undefined) encodeDeparture(writer, departure);
    },
    (kind, body) => {
      if (kind === (TOMBSTONE_KIND.whichEra | REPLY) && body.remaining > 0) told(body.u48());
    },
    () => {},
  );
}
