/** What `Seating` is to answer, with nothing kept: everything is worked out from the history and all seats, each time. */
import { type History, members, ringOf } from '../../../protocols/membership/index.ts';
import type { NodeName, Partition, Ring } from '../../../protocols/ring/index.ts';
import {
  firstSeats,
  holdersOf,
  mergeSeats,
  movesOf,
  type SeatMove,
  type Seats,
  VACANT,
} from '../../../protocols/transfer/index.ts';
import type { PlacedSeat } from './seat-key.ts';
import { digestOf } from './seating.ts';

export class PlainSeating {
  readonly #partitions: number;
  readonly #ns: readonly number[];
  readonly #told: PlacedSeat[] = [];
  history: History = [];
  wanted: Ring = ringOf([]);
  #first: Ring = ringOf([]);

  constructor(ns: readonly number[], partitions: number) {
    this.#ns = ns;
    this.#partitions = partitions;
  }

  follow(history: History): void {
    const first = history.filter(({ id }) => id.clock === 1);
    [this.history, this.wanted, this.#first] = [history, ringOf(history, this.#partitions), ringOf(first, this.#partitions)];
  }

  /** @returns whether the seats are others now. */
  take(placed: PlacedSeat): boolean {
    const { n, partition } = placed;
    const before = this.seats(n, partition);
    this.#told.push(placed);
    return JSON.stringify(this.seats(n, partition)) !== JSON.stringify(before);
  }

  isLost(name: string): boolean {
    return (
      this.history.some(({ kind, node }) => kind === 'remove' && node === name) &&
      members(this.history).every((member) => member.name !== name)
    );
  }

  seats(n: number, partition: Partition): Seats {
    return this.#told
      .filter((placed) => placed.n === n && placed.partition === partition)
      .reduce<Seats>(
        (seats, { place, seat }) => mergeSeats(seats, new Array<typeof VACANT>(n).fill(VACANT).with(place, seat)),
        firstSeats(this.#first.replicas(partition, n), n),
      );
  }

  holders(n: number, partition: Partition): readonly NodeName[] {
    return holdersOf(this.seats(n, partition)).filter((name) => !this.isLost(name));
  }

  moves(n: number, partition: Partition): readonly SeatMove[] {
    return movesOf(this.seats(n, partition), this.wanted.replicas(partition, n), (name) => this.isLost(name));
  }

  get all(): readonly PlacedSeat[] {
    return this.#everywhere((n, partition) =>
      this.seats(n, partition).flatMap((seat, place) => (seat.version === 0 ? [] : [{ n, partition, place, seat }])),
    );
  }

  get digest(): number {
    return digestOf(this.all);
  }

  get age(): number {
    return this.all.reduce((sum, { seat }) => sum + seat.version, this.history.length);
  }

  get isQuiet(): boolean {
    return this.all.length === 0 && this.#first.version === this.wanted.version;
  }

  /** Names of all who hold a seat. */
  get seated(): readonly string[] {
    return [...new Set(this.#everywhere((n, partition) => this.holders(n, partition)))].sort();
  }

  /** Names of the nodes of the ring for requests. */
  get nodes(): readonly string[] {
    const wanted: readonly string[] = this.wanted.nodes.map(({ name }) => name);
    if (this.isQuiet) return wanted;
    const joined = new Set<string>(this.history.filter(({ kind }) => kind === 'join').map(({ node }) => node));
    return [...wanted, ...this.seated.filter((name) => !wanted.includes(name) && joined.has(name))];
  }

  /** Of the ring for requests. */
  replicas(n: number, partition: Partition): readonly NodeName[] {
    const wanted = this.wanted.replicas(partition, n);
    if (this.isQuiet) return wanted;
    if (!this.#ns.includes(n)) return this.preferenceList(partition).slice(0, n);
    const holders = this.holders(n, partition);
    return wanted.length === holders.length && wanted.every((name) => holders.includes(name)) ? wanted : holders;
  }

  /** Of the ring for requests. */
  preferenceList(partition: Partition): readonly NodeName[] {
    const list = this.wanted.preferenceList(partition);
    if (this.isQuiet) return list;
    const head = this.replicas(this.#ns[0] ?? 0, partition);
    return [...head, ...list.filter((name) => !head.includes(name))];
  }

  #everywhere<Item>(of: (n: number, partition: Partition) => readonly Item[]): readonly Item[] {
    return this.#ns.flatMap((n) => Array.from({ length: this.#partitions }, (_unused, partition) => of(n, partition)).flat());
  }
}
