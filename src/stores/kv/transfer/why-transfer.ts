/** Why a change of the ring is not done yet: what each transfer of this node waits for, and each that should come to it. */
import type { Json } from '../interface.ts';
import type { Explanation } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { Doubts } from './doubts.ts';
import type { Outgoing } from './outgoing.ts';
import type { Transfers } from './transfers.ts';

/** Partitions that are named of those that wait for the same. */
const NAMED = 8;

interface Reason {
  readonly waitsFor: string;
  readonly next: string;
}

interface Waiting extends Reason {
  /** `hand-over to n4`. */
  readonly what: string;
  readonly partition: number;
}

/** @param argument - the name of a node: transfers from it and to it; `undefined` for all */
export function explainTransfers(
  parts: ServiceParts,
  transfers: Transfers,
  doubts: Doubts,
  argument: Json | undefined,
): readonly Explanation[] {
  const given = [...transfers.outgoing.map((one) => underWay(parts, transfers, one)), ...notBegun(parts, transfers)];
  const expected = transfers.seatsLeft().flatMap(({ n, partition, move: { from, to, isLost } }) => {
    if (to !== parts.configuration.nodeName) return [];
    const reason = isLost ? givenByAll(parts, transfers, n, partition) : fromHolder(parts, from);
    return reason === undefined
      ? []
      : [{ what: isLost ? 'a lost replica, to be here' : `a replica of ${from}`, partition, ...reason }];
  });
  return grouped(
    [...given, ...expected, ...doubts.waiting.map((one) => inDoubt(parts, one))].filter(
      ({ what }) => typeof argument !== 'string' || what.split(/[ ,]/).includes(argument),
    ),
  );
}

function underWay(parts: ServiceParts, transfers: Transfers, { errand, phase, keys }: Outgoing): Waiting {
  const { purpose, partition, to } = errand;
  const named = { what: `${purpose} to ${to}`, partition };
  if (!isUp(parts, to)) return { ...named, ...away(to, parts) };
  switch (phase) {
    case 'copying':
    case 'confirming': {
      const walk =
        phase === 'copying'
          ? `its records to be copied, ${keys} so far`
          : 'a second walk through its records, to confirm that none is missing';
      return { ...named, ...(transfers.isPaused ? PAUSED : (heldBack(parts) ?? { waitsFor: walk, next: '' })) };
    }
    case 'handing':
      return { ...named, waitsFor: `the disk of ${parts.configuration.nodeName}, which stores the move`, next: '' };
    case 'handed':
      return { ...named, waitsFor: `${to} to say that it has stored the move, and what was written meanwhile`, next: '' };
    case 'complete':
      return {
        ...named,
        waitsFor: `${to} to have heard the same from the other replicas`,
        next: `Ask ${to}: quorate why transfer.`,
      };
    case 'done':
      return { ...named, waitsFor: 'its records to be let go here', next: '' };
  }
}

function notBegun(parts: ServiceParts, transfers: Transfers): readonly Waiting[] {
  return transfers.waiting.map((errand) => {
    const { purpose, partition, to } = errand;
    const named = { what: `${purpose} to ${to}`, partition };
    if (!isUp(parts, to)) return { ...named, ...away(to, parts) };
    if (transfers.lastSeat.holdsBack(errand)) return { ...named, ...hintsFor(transfers.lastSeat.waitsFor, parts) };
    return { ...named, ...(transfers.isPaused ? PAUSED : { waitsFor: 'its turn: a few are under way at a time', next: '' }) };
  });
}

/** The last seat of a node that leaves. */
function hintsFor(targets: readonly string[], parts: ServiceParts): Reason {
  const down = targets.filter((name) => !isUp(parts, name));
  return {
    waitsFor: `the hints that ${parts.configuration.nodeName} holds for ${targets.join(', ')} to be delivered`,
    next: down.length === 0 ? '' : `Start ${down.join(' and ')}, or remove what is gone for good.`,
  };
}

/** Until then its records are kept here, whoever shall have it. */
function inDoubt(parts: ServiceParts, { partition, holder }: Doubts['waiting'][number]): Waiting {
  const { waitsFor, next } = fromHolder(parts, holder) ?? { waitsFor: `${holder} to say what became of that`, next: '' };
  return { what: `a replica of ${holder}, accepted and not passed on`, partition, waitsFor, next };
}

function fromHolder(parts: ServiceParts, from: string): Reason | undefined {
  // A holder that answers tells of its transfers itself.
  return isUp(parts, from)
    ? undefined
    : { waitsFor: `${from}, which is down`, next: `Start ${from}; if it is gone for good, remove it.` };
}

function givenByAll(parts: ServiceParts, transfers: Transfers, n: number, partition: number): Reason {
  const missing = transfers.lostSeats.notCompleted(n, partition);
  const down = missing.filter((name) => !isUp(parts, name));
  const next =
    down.length === 0
      ? ''
      : `Start ${down.join(' and ')}: what only ${down.length === 1 ? 'it has' : 'they have'} would be lost without.`;
  const who = missing.map((name) => (down.includes(name) ? `${name}, which is down` : name)).join(' and ');
  return { waitsFor: missing.length === 0 ? 'the next look' : `all that ${who} ${missing.length === 1 ? 'has' : 'have'}`, next };
}

const PAUSED: Reason = { waitsFor: 'an administrator: changes of the ring are paused', next: 'quorate cluster resume' };

function heldBack({ background }: ServiceParts): Reason | undefined {
  const { heldBackBy, requestP999Ms, storageP999Ms, targetMs } = background.status();
  if (heldBackBy === 'nothing') return undefined;
  const tail = `${Math.round(Math.max(requestP999Ms, storageP999Ms))} ms at the 99.9th percentile, with a target of ${targetMs} ms`;
  return { waitsFor: `requests to be faster: ${tail}`, next: 'Nothing, or a higher target.' };
}

function away(to: string, { configuration }: ServiceParts): Reason {
  return {
    waitsFor: `${to} to answer ${configuration.nodeName}`,
    next: `Start ${to}; if it will not come, take the decision back, or remove it.`,
  };
}

function isUp({ topology, configuration }: ServiceParts, name: string): boolean {
  return name === configuration.nodeName || topology.reach(name)?.peer?.isUp === true;
}

/** One line for all partitions that wait for the same. */
function grouped(waiting: readonly Waiting[]): readonly Explanation[] {
  const groups = Map.groupBy(waiting, ({ what, waitsFor, next }) => JSON.stringify([what, waitsFor, next]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const named = group
      .slice(0, NAMED)
      .map(({ partition }) => partition)
      .join(', ');
    const more = group.length > NAMED ? ` and ${group.length - NAMED} more` : '';
    const partitions = `partition${group.length === 1 ? '' : 's'} ${named}${more}`;
    return [{ what: `${first.what}: ${partitions}`, waitsFor: first.waitsFor, next: first.next }];
  });
}
