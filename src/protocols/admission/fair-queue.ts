/**
 * Work of several kinds waiting for its turn, each kind in order of arrival, and the kinds sharing by cost.
 *
 * Each kind has a virtual time: what it was charged so far. The kind with the least goes next. One that had nothing to do begins
 * where the others are now: time that it did not use is not saved up.
 *
 * Source: start-time fair queueing, Goyal, Vin, Cheng (1996), with equal weights. Invariant: of two kinds that both wait all the
 * time, none is charged more than the other by more than the cost of one piece of work of each.
 */

export interface Waiting<Work> {
  readonly kind: number;
  readonly cost: number;
  /** `undefined` once it was cancelled or taken. */
  work: Work | undefined;
}

interface KindQueue<Work> {
  entries: Waiting<Work>[];
  /** Before it, all were taken. */
  head: number;
  /** Without those that were cancelled. */
  waiting: number;
  waitingCost: number;
  virtualTime: number;
  isPaused: boolean;
}

export interface FairQueue<Work> {
  readonly kinds: readonly KindQueue<Work>[];
  /** The virtual time at which the last piece of work began. */
  virtualTime: number;
}

export function startQueue<Work>(kinds: number): FairQueue<Work> {
  const kind = (): KindQueue<Work> => ({
    entries: [],
    head: 0,
    waiting: 0,
    waitingCost: 0,
    virtualTime: 0,
    isPaused: false,
  });
  return { kinds: Array.from({ length: kinds }, kind), virtualTime: 0 };
}

export function enqueue<Work>(queue: FairQueue<Work>, kind: number, cost: number, work: Work): Waiting<Work> {
  const own = kindOf(queue, kind);
  if (own.waiting === 0) {
    own.virtualTime = Math.max(own.virtualTime, queue.virtualTime);
    tidy(own);
  }
  const entry: Waiting<Work> = { kind, cost, work };
  own.entries.push(entry);
  own.waiting++;
  own.waitingCost += cost;
  return entry;
}

/** Take it back, unless it was taken already. */
export function withdraw<Work>(queue: FairQueue<Work>, entry: Waiting<Work>): void {
  if (entry.work === undefined) return;
  leave(kindOf(queue, entry.kind), entry);
}

/** Whether {@link takeNext} would find something. */
export function hasNext<Work>(queue: FairQueue<Work>): boolean {
  return queue.kinds.some((kind) => kind.waiting > 0 && !kind.isPaused);
}

/** The next piece of work, charged to its kind; `undefined` if no kind that is not paused waits. */
export function takeNext<Work>(queue: FairQueue<Work>): { readonly entry: Waiting<Work>; readonly work: Work } | undefined {
  let next: KindQueue<Work> | undefined;
  for (const kind of queue.kinds) {
    if (kind.waiting > 0 && !kind.isPaused && (next === undefined || kind.virtualTime < next.virtualTime)) next = kind;
  }
  if (next === undefined) return undefined;
  for (;;) {
    const entry = next.entries[next.head++] as Waiting<Work>;
    const { work } = entry;
    if (work === undefined) continue;
    leave(next, entry);
    tidy(next);
    queue.virtualTime = Math.max(queue.virtualTime, next.virtualTime);
    next.virtualTime += entry.cost;
    return { entry, work };
  }
}

/** A kind that is paused waits, and takes up again where the others are then. */
export function setPaused<Work>(queue: FairQueue<Work>, kind: number, isPaused: boolean): void {
  const own = kindOf(queue, kind);
  if (own.isPaused && !isPaused) own.virtualTime = Math.max(own.virtualTime, queue.virtualTime);
  own.isPaused = isPaused;
}

export function kindOf<Work>(queue: FairQueue<Work>, kind: number): KindQueue<Work> {
  return queue.kinds[kind] as KindQueue<Work>;
}

function leave<Work>(kind: KindQueue<Work>, entry: Waiting<Work>): void {
  entry.work = undefined;
  kind.waiting--;
  kind.waitingCost -= entry.cost;
}

/** What was taken goes when it is half of the list: each entry is moved once on average. */
function tidy<Work>(kind: KindQueue<Work>): void {
  if (kind.waiting === 0) kind.entries = [];
  else if (kind.head * 2 > kind.entries.length) kind.entries = kind.entries.slice(kind.head);
  else return;
  kind.head = 0;
}
