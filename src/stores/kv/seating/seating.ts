/**
 * Where the seats of all partitions are, and the ring as requests should see it: that of the history where nothing has to move, and of each
 * other partition whoever holds it.
 *
 * Before anything has moved a seat is where the first history puts it, that of the configuration, whose changes all have the clock 1.
 *
 * A seat that changes hands costs little whatever the number of partitions: `seats-of-n.ts` keeps what follows from all others.
 */
import { type History, hasHandedAllOver, members, versionOf } from '../../../protocols/membership/index.ts';
import { hashText, type NodeName, type Partition, type Ring, type RingNode } from '../../../protocols/ring/index.ts';
import type { SeatMove, Seats } from '../../../protocols/transfer/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { ringOfHistory } from '../known-rings.ts';
import { type AnsweringRing, answeringRing } from './answering-ring.ts';
import { loadSeats, type PlacedSeat } from './seat-key.ts';
import { type Basis, SeatsOfN } from './seats-of-n.ts';

const FIRST_CLOCK = 1;

export class Seating {
  readonly #ns: readonly number[];
  readonly #defaultN: number;
  readonly #partitions: number;
  readonly #seats: ReadonlyMap<number, SeatsOfN>;
  #history: History = [];
  #basis: Basis;
  /** The latest that was asked for, and the revision that it is of. */
  #ring: AnsweringRing | undefined;
  #ringOf = -1;
  #digest = 0;
  /** Of all seats that have ever changed hands, added up. */
  #versions = 0;
  #revision = 0;

  /** @param ns - every N of a bucket, that of most buckets first */
  constructor(engine: Engine, ns: readonly [number, ...number[]], history: History, partitions: number) {
    this.#ns = ns;
    this.#defaultN = ns[0];
    this.#partitions = partitions;
    const nobody = ringOfHistory([], partitions);
    const basis = { first: nobody, wanted: nobody, lost: new Set<string>() };
    this.#basis = basis;
    this.#seats = new Map(ns.map((n) => [n, new SeatsOfN(n, basis)]));
    this.follow(history);
    for (const placed of loadSeats(engine)) this.take(placed);
  }

  get ns(): readonly number[] {
    return this.#ns;
  }

  /** Equal tables have equal ones, 32 bits; zero of one in which nothing has moved. */
  get digest(): number {
    return this.#digest;
  }

  /** Decisions and moves known here. Who knows all that another knows, and more, has a greater one. */
  get age(): number {
    return this.#history.length + this.#versions;
  }

  /** Another one whenever anything here has changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether it is known with whom the cluster began: a newcomer hears of it. */
  get knowsFirst(): boolean {
    return this.#basis.first.nodes.length > 0;
  }

  get wanted(): Ring {
    return this.#basis.wanted;
  }

  /** Nothing has ever moved, and nothing is to. */
  get isQuiet(): boolean {
    const { first, wanted } = this.#basis;
    if (first.version !== wanted.version) return false;
    for (const seats of this.#seats.values()) if (!seats.isUntouched) return false;
    return true;
  }

  follow(history: History): void {
    this.#history = history;
    this.#revision++;
    const { first, lost } = this.#basis;
    const beginning = history.filter(({ id }) => id.clock === FIRST_CLOCK);
    const nowLost = lostNodes(history);
    this.#basis = {
      first: versionOf(beginning, this.#partitions) === first.version ? first : ringOfHistory(beginning, this.#partitions),
      wanted: ringOfHistory(history, this.#partitions),
      lost: nowLost.symmetricDifference(lost).size === 0 ? lost : nowLost,
    };
    for (const seats of this.#seats.values()) seats.follow(this.#basis);
  }

  seats(n: number, partition: Partition): Seats {
    return this.#of(n).seats(partition);
  }

  /** @returns whether it was news. */
  take(placed: PlacedSeat): boolean {
    const { n, partition, place, seat } = placed;
    if (partition >= this.#partitions || place >= n || seat.version === 0) return false;
    const old = this.#seats.get(n)?.take(partition, place, seat);
    if (old === undefined) return false;
    this.#revision++;
    this.#versions += seat.version - old.version;
    if (old.version > 0) this.#digest = (this.#digest ^ digestOf([{ n, partition, place, seat: old }])) >>> 0;
    this.#digest = (this.#digest ^ digestOf([placed])) >>> 0;
    return true;
  }

  /** All that have ever changed hands. */
  all(): PlacedSeat[] {
    return [...this.#seats].flatMap(([n, { changed }]) =>
      [...changed].flatMap(([partition, seats]) =>
        seats.flatMap((seat, place) => (seat.version === 0 ? [] : [{ n, partition, place, seat }])),
      ),
    );
  }

  isLost(name: string): boolean {
    return this.#basis.lost.has(name);
  }

  /** Whether the node has left in good order: whatever it has yet, others have had. */
  hasHandedAllOver(name: string): boolean {
    return hasHandedAllOver(this.#history, name);
  }

  /** Who answers for a partition: those who were removed do not. Always the same array until that changes. */
  holders(n: number, partition: Partition): readonly NodeName[] {
    return this.#of(n).holders(partition);
  }

  moves(n: number, partition: Partition): readonly SeatMove[] {
    return this.#of(n).moves(partition);
  }

  /** Whether the node holds a seat of any partition. */
  isSeated(name: string): boolean {
    return this.#holders().has(name);
  }

  /** The ring for requests: the same one until something changes. */
  ring(): Ring {
    const { wanted } = this.#basis;
    if (this.isQuiet) return wanted;
    if (this.#ring !== undefined && this.#ringOf === this.#revision) return this.#ring.ring;
    const answering = {
      wanted,
      version: `${wanted.version}.${this.#digest}`,
      nodes: this.#withLeavers(),
      holders: new Map([...this.#seats].map(([n, { answering: holders }]) => [n, holders])),
      defaultN: this.#defaultN,
    };
    this.#ring = answeringRing(answering, this.#ring);
    this.#ringOf = this.#revision;
    return this.#ring.ring;
  }

  /** Members, and whoever has left and still holds something, by name. The same array as long as they are the same. */
  #withLeavers(): readonly RingNode[] {
    const { nodes } = this.#basis.wanted;
    const known = new Set<string>(nodes.map(({ name }) => name));
    const leavers: RingNode[] = [];
    for (const name of [...this.#holders()].sort()) {
      if (known.has(name)) continue;
      const join = this.#history.findLast((change) => change.kind === 'join' && change.node === name);
      if (join?.kind === 'join') leavers.push({ name: join.node, host: join.host, zone: join.zone, weight: join.weight });
    }
    if (leavers.length === 0) return nodes;
    const { wanted, nodes: before } = this.#ring?.answering ?? { wanted: undefined, nodes };
    const areAsBefore =
      wanted === this.#basis.wanted &&
      before.length === nodes.length + leavers.length &&
      leavers.every(({ name }, place) => before[nodes.length + place]?.name === name);
    return areAsBefore ? before : [...nodes, ...leavers];
  }

  /** Where all other nodes listen: the members, and who has left and still holds something. */
  reachable(addresses: ReadonlyMap<string, string>, self: string): ReadonlyMap<string, string> {
    if (this.isQuiet) return addresses;
    const names = this.#holders();
    const found = new Map<string, string>();
    for (const change of this.#history) {
      const isWanted = (change.kind === 'join' || change.kind === 'address') && names.has(change.node) && change.node !== self;
      if (isWanted) found.set(change.node, change.address);
    }
    return new Map([...found, ...addresses]);
  }

  /** Every node that holds a seat. */
  #holders(): ReadonlySet<string> {
    return new Set([...this.#seats.values()].flatMap(({ counts }) => [...counts.keys()]));
  }

  /** A node with other buckets may ask for an N that is none here. */
  #of(n: number): SeatsOfN {
    return this.#seats.get(n) ?? new SeatsOfN(n, this.#basis);
  }
}

/** Nodes that were removed, and have not come back. */
function lostNodes(history: History): ReadonlySet<string> {
  const removed = history.filter(({ kind }) => kind === 'remove');
  if (removed.length === 0) return new Set();
  const current = new Set<string>(members(history).map(({ name }) => name));
  return new Set(removed.map(({ node }) => node).filter((node) => !current.has(node)));
}

export function digestOf(seats: readonly PlacedSeat[]): number {
  let digest = 0;
  for (const { n, partition, place, seat } of seats)
    digest ^= hashText(`${n}/${partition}/${place}/${seat.version}/${seat.holder}`);
  return digest >>> 0;
}
