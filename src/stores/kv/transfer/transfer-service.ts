/**
 * The node service that changes the ring without losing anything: moves seats (`transfers.ts`), keeps the table of seats in step with all
 * other nodes, passes on what comes to where a seat no longer is, and takes an administrator's orders.
 */
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link, Timer } from '../../../runtime/world/index.ts';
import type { Json } from '../interface.ts';
import { digestOf, type PlacedSeat, storedAsKnown, takeSeats } from '../seating/index.ts';
import type { Command, Explainer, FrameHandler, NodeService, Topic } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { Doubts, onDoubt } from './doubts.ts';
import { type Orders, readOrders, readSeats, TRANSFER_KIND, writeOrders, writeSeats } from './frames.ts';
import { onComplete } from './given-all.ts';
import { incomingFrames } from './incoming.ts';
import { planCommands } from './orders.ts';
import { passOn } from './pass-on.ts';
import { statusOf } from './transfer-status.ts';
import { Transfers } from './transfers.ts';
import { explainTransfers } from './why-transfer.ts';

const GOSSIP_MS = 1_000;

export class TransferService implements NodeService {
  readonly frames: ReadonlyMap<FrameKind, FrameHandler>;
  readonly topics: ReadonlyMap<string, Topic>;
  readonly commands: ReadonlyMap<string, Command>;
  readonly explainers: ReadonlyMap<string, Explainer>;
  readonly #parts: ServiceParts;
  readonly #transfers: Transfers;
  readonly #doubts: Doubts;
  #orders: Orders = { number: 0, isPaused: false };
  #timer: Timer | undefined;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#transfers = new Transfers(parts);
    this.#doubts = new Doubts(parts, () => this.#transfers.planAnew());
    this.frames = new Map<FrameKind, FrameHandler>([
      ...incomingFrames(
        parts,
        this.#transfers.receipts,
        (n, partition) => this.#transfers.isWelcome(n, partition),
        (placed) => this.#doubts.accepted(placed),
      ),
      [TRANSFER_KIND.doubt, (link, correlation, body) => onDoubt(parts, this.#transfers, link, correlation, body)],
      [TRANSFER_KIND.seats, (link, correlation, body) => this.#onSeats(link, correlation, body)],
      [
        TRANSFER_KIND.complete,
        (link, correlation, body) => onComplete(parts, this.#transfers.lostSeats, link, correlation, body),
      ],
      [TRANSFER_KIND.summary, (link, correlation, body) => this.#onSummary(link, correlation, body)],
    ]);
    this.topics = new Map([['cluster', () => statusOf(parts, this.#transfers)]]);
    this.explainers = new Map([['transfer', (argument) => explainTransfers(parts, this.#transfers, this.#doubts, argument)]]);
    this.commands = new Map<string, Command>([
      ...planCommands(parts, this.#transfers),
      ['cluster-pause', (_argument, handler) => handler.done(this.#order(true))],
      ['cluster-resume', (_argument, handler) => handler.done(this.#order(false))],
    ]);
  }

  start(): void {
    this.#transfers.start();
    this.#doubts.start();
    this.#gossipLater();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#doubts.stop();
    this.#transfers.stop();
  }

  /** Whether this node holds a partition that it has to hand over yet, though it is no member any more. */
  get isSeated(): boolean {
    return !this.#parts.seating.isQuiet && this.#transfers.isSeated;
  }

  /** What a coordinator asks of records: answered here if the body is returned. @throws MalformedBytes */
  passOn(link: Link, kind: FrameKind, correlation: number, body: Reader): Reader | undefined {
    return passOn(this.#parts, this.#transfers, link, kind, correlation, body);
  }

  #order(isPaused: boolean): Json {
    this.#follow({ number: this.#orders.number + 1, isPaused });
    for (const name of this.#others()) this.#exchange(name);
    return statusOf(this.#parts, this.#transfers);
  }

  #follow(orders: Orders): void {
    if (orders.number <= this.#orders.number) return;
    this.#orders = orders;
    this.#transfers.isPaused = orders.isPaused;
  }

  #gossipLater(): void {
    this.#timer = this.#parts.world.timers.after(GOSSIP_MS, () => {
      this.#gossipLater();
      const others = this.#others();
      const name = others[this.#parts.world.random.below(others.length || 1)];
      if (!this.#parts.seating.isQuiet && name !== undefined) this.#exchange(name);
    });
  }

  #others(): readonly string[] {
    const { topology } = this.#parts;
    return topology.ring.nodes.map(({ name }) => name).filter((name) => name !== (topology.nodeName as string));
  }

  #exchange(name: string): void {
    const { topology, seating } = this.#parts;
    const peer = topology.reach(name)?.peer;
    peer?.request(
      TRANSFER_KIND.summary,
      (writer) => writeOrders(writer.u32(seating.digest), this.#orders),
      (kind, body) => {
        if (kind !== (TRANSFER_KIND.summary | 0x80)) return;
        this.#follow(readOrders(body));
        const theirs = readSeats(body);
        if (theirs.length > 0) this.#takeIn(theirs, () => {});
        if (theirs.length > 0 && seating.digest !== digestOf(theirs))
          peer.send(TRANSFER_KIND.seats, (writer) => writeSeats(writer, seating.all()));
      },
      () => {},
    );
  }

  #onSummary(link: Link, correlation: number, body: Reader): void {
    const digest = body.u32();
    this.#follow(readOrders(body));
    const { seating } = this.#parts;
    const writer = link.begin(TRANSFER_KIND.summary | 0x80, correlation);
    writeOrders(writer, this.#orders);
    if (digest !== seating.digest) writeSeats(writer, seating.all());
    link.commit();
  }

  #onSeats(link: Link, correlation: number, body: Reader): void {
    this.#takeIn(readSeats(body), () => {
      if (correlation === 0) return;
      link.begin(TRANSFER_KIND.seats | 0x80, correlation);
      link.commit();
    });
  }

  #takeIn(seats: readonly PlacedSeat[], durable: () => void): void {
    takeSeats(this.#parts, seats);
    const { seating, world } = this.#parts;
    const stored = storedAsKnown(seating, seats);
    world.engine.write(stored, (error) => {
      if (error === undefined) durable();
      else world.log.error('where partitions are could not be stored', { error: error.message });
    });
  }
}
