/** What each repair that is not done yet waits for, as this node sees it: a storage that failed, trees to be counted, partners. */
import type { Instant } from '../../../runtime/world/index.ts';
import type { BackgroundStatus } from '../background/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Explanation } from '../service.ts';
import type { AntiEntropyParts } from './parts.ts';
import type { Scrubber } from './scrubber.ts';

const PERCENT = 100;
const MS_PER_SECOND = 1_000;
/** Sooner, a question is simply under way. */
const LATE_MS = 2_000;

/** @param argument - the name of a partner; `undefined` for all. @throws QuorateError `bad-request` */
export function explainRepairs(parts: AntiEntropyParts, scrubber: Scrubber, argument: Json | undefined): readonly Explanation[] {
  const { homes, topology, replica, background } = parts;
  if (argument !== undefined && (typeof argument !== 'string' || !homes.shared.has(argument))) {
    const partners = [...homes.shared.keys()].join(', ') || 'nobody';
    throw badRequest(`names ${JSON.stringify(argument)}; ${topology.nodeName} shares partitions with ${partners}`);
  }
  const status = background.status();
  const explanations: Explanation[] = [];
  if (replica.failure !== undefined) {
    explanations.push({
      what: `all repairs at ${topology.nodeName}`,
      waitsFor: `its storage, which has failed: ${replica.failure.message}`,
      next: `Mend the disk, and start ${topology.nodeName} again.`,
    });
  }
  if (scrubber.isHurried) {
    explanations.push({
      what: `the trees of ${topology.nodeName}, which are new or were not kept at its last stop`,
      waitsFor: `all records to be read, ${Math.floor(scrubber.progress * PERCENT)} % are${heldBack(status, 'scrub')}`,
      next: advice(status, 'scrub'),
    });
  }
  const { paused, waiting } = status.kinds['anti-entropy'];
  if (paused || (waiting > 0 && status.heldBackBy === 'foreground')) {
    explanations.push({
      what: `comparisons and exchanges of ${topology.nodeName}, ${waiting} steps of them`,
      waitsFor: paused ? 'an order: an administrator has paused them' : 'requests, which are slower than their target',
      next: advice(status, 'anti-entropy'),
    });
  }
  const partners = [...homes.shared.keys()].sort().filter((name) => argument === undefined || argument === name);
  return [...explanations, ...partners.flatMap((partner) => explainPartner(parts, partner))];
}

function explainPartner({ homes, topology, standings, world }: AntiEntropyParts, partner: string): readonly Explanation[] {
  const shared = homes.shared.get(partner)?.length ?? 0;
  const { comparedAt, askedAt, failures, differing, moved } = standings.of(partner);
  const now = world.clock.now();
  const since = comparedAt === undefined ? 'not done since the start' : `last done ${secondsBetween(comparedAt, now)} s ago`;
  const what = `the comparison of ${shared} partitions with ${partner}, ${since}`;
  if (topology.target(partner)?.peer?.isUp !== true) {
    return [
      { what, waitsFor: `${partner} to answer ${topology.nodeName}`, next: `Look after ${partner}; what it misses follows.` },
    ];
  }
  if (askedAt !== undefined && now - askedAt >= LATE_MS) {
    const waitsFor = `${partner} to answer, asked ${secondsBetween(askedAt, now)} s ago`;
    return [{ what, waitsFor, next: `See whether ${partner} is paused or overloaded.` }];
  }
  if (failures > 0) {
    const waitsFor = `${partner} to answer what it is asked: it did not, or not well, ${failures} times since`;
    return [{ what, waitsFor, next: `See the log of ${partner}.` }];
  }
  if (differing === 0) return [];
  return [
    {
      what: `${differing} of ${shared} partitions that differ from those of ${partner}; ${moved} records have travelled`,
      waitsFor: `the exchanges with ${partner}, a few at a time`,
      next: '',
    },
  ];
}

function secondsBetween(from: Instant, to: Instant): number {
  return Math.round((to - from) / MS_PER_SECOND);
}

type Kind = keyof BackgroundStatus['kinds'];

function heldBack({ kinds, heldBackBy }: BackgroundStatus, kind: Kind): string {
  if (kinds[kind].paused) return '; an administrator has paused that';
  return heldBackBy === 'foreground' ? '; requests are slower than their target, so background work is held back' : '';
}

function advice({ kinds, heldBackBy, targetMs }: BackgroundStatus, kind: Kind): string {
  if (kinds[kind].paused) return `Order background-resume for '${kind}'.`;
  return heldBackBy === 'foreground' ? `Wait, or raise the target of ${targetMs} ms.` : '';
}
