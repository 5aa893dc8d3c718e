/**
 * A node that has no seat of a partition asks all who have one before it lets go of its records: one of them may be about to hand its seat to this
 * very node (their history is another one), and has compared its records with those that would go. From the question on
 * nothing of the partition is taken in until all is gone, so whoever begins later compares with what is left.
 */
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { Link } from '../../../runtime/world/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND } from './frames.ts';
import type { Outgoing } from './outgoing.ts';

const PATIENCE_MS = 5_000;

interface Partition {
  readonly n: number;
  readonly partition: number;
}

/** @param answer - whether all have said yes; called once: who does not answer has not said it. */
export function askToLetGo(
  { seating, topology, world }: ServiceParts,
  { n, partition }: Partition,
  answer: (mayGo: boolean) => void,
): void {
  const holders = seating.holders(n, partition);
  let open = holders.length;
  const onAnswer = (isYes: boolean): void => {
    if (open <= 0) return;
    if (isYes && --open > 0) return;
    open = 0;
    timer.cancel();
    answer(isYes);
  };
  const timer = world.timers.after(PATIENCE_MS, () => onAnswer(false));
  for (const holder of holders) {
    const peer = topology.reach(holder)?.peer;
    if (peer === undefined) onAnswer(false);
    else
      peer.request(
        TRANSFER_KIND.letGo,
        (writer) => writer.u8(n).u16(partition),
        (kind, body) => onAnswer(kind === (TRANSFER_KIND.letGo | 0x80) && body.u8() === 1),
        () => onAnswer(false),
      );
  }
}

/** @throws MalformedBytes */
export function onAskedToLetGo(
  { seating, configuration }: ServiceParts,
  outgoing: readonly Outgoing[],
  link: Link,
  correlation: number,
  body: Reader,
): void {
  const [n, partition] = [body.u8(), body.u16()];
  const isHolder =
    seating.ns.includes(n) &&
    partition < configuration.partitions &&
    seating.holders(n, partition).some((name) => name === configuration.nodeName);
  const isGiven = outgoing.some(
    ({ errand }) => errand.n === n && errand.partition === partition && errand.to === link.remote.nodeName,
  );
  link.begin(TRANSFER_KIND.letGo | 0x80, correlation).u8(isHolder && !isGiven ? 1 : 0);
  link.commit();
}
