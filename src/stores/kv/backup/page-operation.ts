/**
 * One page of a partition for a backup: all home replicas that are up are asked, and what they hold is merged. It counts when so many
 * answered that a read of each bucket would have been answered: so no write that a read must see is missing.
 */

import type { QuorateError } from '../../../runtime/errors/index.ts';
import { invariant } from '../../../runtime/errors/index.ts';
import { isUp, type Target } from '../coordinator/index.ts';
import { notEnoughReplicas } from '../errors.ts';
import { doesCount } from '../replica/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { BucketSettings } from '../settings.ts';
import { type MergedPage, mergedPage } from './merged-page.ts';
import { BACKUP_KIND, decodePage, encodePageRequest, type PageRequest, type ReplicaPage } from './page-frames.ts';
import type { ReplicaPages } from './replica-pages.ts';

/** A replica that has not answered by then is left out. Long: its slices may have to wait for its foreground. */
const PATIENCE_MS = 15_000;

export interface PageOutcome {
  page(page: MergedPage): void;
  fail(error: QuorateError): void;
}

export function readPage(parts: ServiceParts, own: ReplicaPages, request: PageRequest, outcome: PageOutcome): void {
  const { configuration, topology, world } = parts;
  const { eras } = parts.replica;
  const askedIn = eras.current;
  const settingsOf = (bucket: string): BucketSettings => configuration.buckets.get(bucket) ?? configuration.defaults;
  const concerned =
    request.bucket === undefined ? [configuration.defaults, ...configuration.buckets.values()] : [settingsOf(request.bucket)];
  const homes = topology.replicas(request.partition, Math.max(...concerned.map(({ n }) => n)));
  const pages = new Map<Target, ReplicaPage>();
  const failed = new Set<Target>();
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    patience.cancel();
    const shortfall = concerned.find(({ n, r }) => answeredOf(topology.replicas(request.partition, n), pages) < r);
    if (shortfall === undefined) {
      outcome.page(mergedPage([...pages.values()], (bucket) => settingsOf(bucket).conflict));
      return;
    }
    const missing = homes.filter((home) => !pages.has(home)).map(({ name }) => name);
    const answered = answeredOf(topology.replicas(request.partition, shortfall.n), pages);
    outcome.fail(notEnoughReplicas('read', { needed: shortfall.r, answered, missing, outcome: 'not-applied' }));
  };
  const settle = (target: Target, page: ReplicaPage | undefined): void => {
    if (page === undefined) failed.add(target);
    else pages.set(target, page);
    if (pages.size + failed.size === homes.length) finish();
  };
  const patience = world.timers.after(PATIENCE_MS, finish);
  for (const target of homes) {
    if (!isUp(target)) settle(target, undefined);
    else if (target.peer === undefined)
      eras.onceSure(() => own.read(request, (page) => settle(target, eras.hasMissed ? undefined : page)));
    else {
      const { peer } = target;
      peer.request(
        BACKUP_KIND.page,
        (writer) => encodePageRequest(writer, request),
        (kind, body) => {
          const page = kind === BACKUP_KIND.pageReply ? decodePage(body) : undefined;
          settle(target, page !== undefined && doesCount(peer, eras, askedIn, page.readIn) ? page : undefined);
        },
        () => settle(target, undefined),
      );
    }
  }
  invariant(homes.length > 0, 'a partition has home replicas');
}

/** The same nodes: the first homes of a longer list are those of a shorter one. */
function answeredOf(homes: readonly Target[], pages: ReadonlyMap<Target, ReplicaPage>): number {
  return homes.filter((home) => pages.has(home)).length;
}
