/**
 * Where the seats of all partitions are, and the ring as requests should see it: that of the history where nothing has to move, and of each
 * other partition whoever holds it.
 *
 * Before anything has moved a seat is where the first history puts it, that of the configuration, whose changes all have the clock 1.
 */
import { type History, hasHandedAllOver, members } from '../../../protocols/membership/index.ts';
import { hashText, type NodeName, type Partition, type Ring, type RingNode } from '../../../protocols/ring/index.ts';
import {
  firstSeats,
  holdersOf,
  mergeSeats,
  movesOf,
  type Seat,
  type SeatMove,
  type Seats,
  VACANT,
} from '../../../protocols/transfer/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { ringOfHistory } from '../known-rings.ts';
import { loadSeats, type PlacedSeat } from './seat-key.ts';

const FIRST_CLOCK = 1;

export class Seating {
  readonly #ns: readonly number[];
  readonly #defaultN: number;
  readonly #partitions: number;
  /** Per N, of partitions of which a seat has changed hands: those seats, and `VACANT` for the others. */
  readonly #changed = new Map<number, Map<Partition, Seats>>();
  /** Per N and partition, as far as they were asked for since they changed. */
  readonly #seats = new Map<number, (Seats | undefined)[]>();
  readonly #holders = new Map<number, (readonly NodeName[] | undefined)[]>();
  #history: History = [];
  #first: Ring;
  #wanted: Ring;
  /** Nodes that were removed: they pass nothing on. */
  #lost: ReadonlySet<string> = new Set();
  #digest = 0;
  #revision = 0;

  /** @param ns - every N of a bucket, that of most buckets first */
  constructor(engine: Engine, ns: readonly [number, ...number[]], history: History, partitions: number) {
    this.#ns = ns;
    this.#defaultN = ns[0];
    this.#partitions = partitions;
    this.#first = ringOfHistory([], partitions);
    this.#wanted = this.#first;
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
    return this.all().reduce((sum, { seat }) => sum + seat.version, this.#history.length);
  }

  /** Another one whenever anything here has changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether it is known with whom the cluster began: a newcomer hears of it. */
  get knowsFirst(): boolean {
    return this.#first.nodes.length > 0;
  }

  get wanted(): Ring {
    return this.#wanted;
  }

  /** Nothing has ever moved, and nothing is to. */
  get isQuiet(): boolean {
    return this.#changed.size === 0 && this.#first.version === this.#wanted.version;
  }

  follow(history: History): void {
    this.#history = history;
    this.#revision++;
    this.#seats.clear();
    this.#holders.clear();
    this.#first = ringOfHistory(
      history.filter(({ id }) => id.clock === FIRST_CLOCK),
      this.#partitions,
    );
    this.#wanted = ringOfHistory(history, this.#partitions);
    const current = new Set<string>(members(history).map(({ name }) => name));
    this.#lost = new Set(history.filter(({ kind, node }) => kind === 'remove' && !current.has(node)).map(({ node }) => node));
  }

  seats(n: number, partition: Partition): Seats {
    return remembered(this.#seats, n, partition, () => this.#seatsOf(n, partition));
  }

  #seatsOf(n: number, partition: Partition): Seats {
    const first = firstSeats(this.#first.replicas(partition, n), n);
    const changed = this.#changed.get(n)?.get(partition);
    return changed === undefined ? first : mergeSeats(first, changed);
  }

  /** @returns whether it was news. */
  take(placed: PlacedSeat): boolean {
    const { n, partition, place, seat } = placed;
    if (!this.#ns.includes(n) || partition >= this.#partitions || place >= n || seat.version === 0) return false;
    const rows = this.#changed.get(n) ?? new Map<Partition, Seats>();
    const before = rows.get(partition) ?? new Array<Seat>(n).fill(VACANT);
    const after = mergeSeats(before, before.with(place, seat));
    if (after === before) return false;
    this.#revision++;
    this.#changed.set(n, rows.set(partition, after));
    for (const known of [this.#seats.get(n), this.#holders.get(n)]) if (known !== undefined) known[partition] = undefined;
    const old = before[place] ?? VACANT;
    if (old.version > 0) this.#digest = (this.#digest ^ digestOf([{ n, partition, place, seat: old }])) >>> 0;
    this.#digest = (this.#digest ^ digestOf([placed])) >>> 0;
    return true;
  }

  /** All that have ever changed hands. */
  all(): PlacedSeat[] {
    return [...this.#changed].flatMap(([n, rows]) =>
      [...rows].flatMap(([partition, seats]) =>
        seats.flatMap((seat, place) => (seat.version === 0 ? [] : [{ n, partition, place, seat }])),
      ),
    );
  }

  isLost(name: string): boolean {
    return this.#lost.has(name);
  }

  /** Whether the node has left in good order: whatever it has yet, others have had. */
  hasHandedAllOver(name: string): boolean {
    return hasHandedAllOver(this.#history, name);
  }

  /** Who answers for a partition: those who were removed do not. */
  holders(n: number, partition: Partition): readonly NodeName[] {
    return remembered(this.#holders, n, partition, () =>
      holdersOf(this.seats(n, partition)).filter((name) => !this.#lost.has(name)),
    );
  }

  moves(n: number, partition: Partition): readonly SeatMove[] {
    return movesOf(this.seats(n, partition), this.#wanted.replicas(partition, n), (name) => this.#lost.has(name));
  }

  /** Whether the node holds a seat of any partition. */
  isSeated(name: string): boolean {
    const holds = (holder: NodeName): boolean => holder === name;
    return this.#ns.some((n) => this.#partitionNumbers().some((partition) => this.holders(n, partition).some(holds)));
  }

  /** The ring for requests. */
  ring(): Ring {
    if (this.isQuiet) return this.#wanted;
    const wanted = this.#wanted;
    const replicasBy = new Map(this.#ns.map((n) => [n, this.#replicas(n)]));
    const lists = new Array<readonly NodeName[] | undefined>(this.#partitions).fill(undefined);
    const nodes = this.#withLeavers(replicasBy);
    const replicas = (partition: Partition, n: number): readonly NodeName[] =>
      replicasBy.get(n)?.[partition] ?? listOf(partition).slice(0, n);
    const listOf = (partition: Partition): readonly NodeName[] => {
      const known = lists[partition];
      if (known !== undefined) return known;
      const head = replicasBy.get(this.#defaultN)?.[partition] ?? [];
      const list = [...head, ...wanted.preferenceList(partition).filter((name) => !head.includes(name))];
      lists[partition] = list;
      return list;
    };
    return {
      partitions: wanted.partitions,
      version: `${wanted.version}.${this.#digest}`,
      nodes,
      partitionOf: (position) => wanted.partitionOf(position),
      preferenceList: listOf,
      replicas,
    };
  }

  /** In the order of the wanted ring where they are the same nodes. */
  #replicas(n: number): (readonly NodeName[])[] {
    return this.#partitionNumbers().map((partition) => {
      const holders = this.holders(n, partition);
      const wanted = this.#wanted.replicas(partition, n);
      return wanted.length === holders.length && wanted.every((name) => holders.includes(name)) ? wanted : holders;
    });
  }

  /** Members, and whoever has left and still holds something. */
  #withLeavers(replicasBy: ReadonlyMap<number, readonly (readonly NodeName[])[]>): readonly RingNode[] {
    const known = new Set<string>(this.#wanted.nodes.map(({ name }) => name));
    const leavers: RingNode[] = [];
    for (const name of new Set([...replicasBy.values()].flat(2))) {
      if (known.has(name)) continue;
      const join = this.#history.findLast((change) => change.kind === 'join' && change.node === name);
      if (join?.kind === 'join') leavers.push({ name: join.node, host: join.host, zone: join.zone, weight: join.weight });
    }
    return leavers.length === 0 ? this.#wanted.nodes : [...this.#wanted.nodes, ...leavers];
  }

  /** Where all other nodes listen: the members, and who has left and still holds something. */
  reachable(addresses: ReadonlyMap<string, string>, self: string): ReadonlyMap<string, string> {
    if (this.isQuiet) return addresses;
    const names = new Set(this.#ns.flatMap((n) => this.#partitionNumbers().flatMap((partition) => this.holders(n, partition))));
    const found = new Map<string, string>();
    for (const change of this.#history) {
      const isWanted = (change.kind === 'join' || change.kind === 'address') && names.has(change.node) && change.node !== self;
      if (isWanted) found.set(change.node, change.address);
    }
    return new Map([...found, ...addresses]);
  }

  #partitionNumbers(): number[] {
    return Array.from({ length: this.#partitions }, (_unused, partition) => partition);
  }
}

function remembered<Value>(known: Map<number, (Value | undefined)[]>, n: number, partition: Partition, make: () => Value): Value {
  let row = known.get(n);
  if (row === undefined) {
    row = [];
    known.set(n, row);
  }
  const value = row[partition] ?? make();
  row[partition] = value;
  return value;
}

export function digestOf(seats: readonly PlacedSeat[]): number {
  let digest = 0;
  for (const { n, partition, place, seat } of seats)
    digest ^= hashText(`${n}/${partition}/${place}/${seat.version}/${seat.holder}`);
  return digest >>> 0;
}
