/**
 * Seats that this node has accepted and has heard nothing of since: it asks their holders what became of that, and keeps everything until it knows.
 * The rules are in `protocols/register-seats/acceptance.ts`.
 */
import { type Doubt, isVoid } from '../../../protocols/register-seats/index.ts';
import { nodeName } from '../../../protocols/ring/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Link, Timer } from '../../../runtime/world/index.ts';
import { readSeats, writeSeats } from '../register-seats/index.ts';
import { type PlacedSeat, readSeat, writeSeat } from '../seating/index.ts';
import type { ServiceParts } from '../service-parts.ts';
import { TRANSFER_KIND } from './frames.ts';
import type { OneSeat } from './lost-seats.ts';
import type { Transfers } from './transfers.ts';

const LOOK_MS = 1_000;
/** Mostly the new holder hears of the move within milliseconds. */
const PATIENCE_MS = 5_000;
/** Questions per look. */
const MOST_ASKED = 256;

interface Open extends OneSeat {
  readonly since: number;
  askedAt: number;
}

export class Doubts {
  readonly #parts: ServiceParts;
  readonly #settled: () => void;
  readonly #open = new Map<string, Open>();
  #timer: Timer | undefined;
  #isStopped = false;

  /** @param settled - is called when records that were kept may go */
  constructor(parts: ServiceParts, settled: () => void) {
    this.#parts = parts;
    this.#settled = settled;
  }

  start(): void {
    for (const { n, partition } of this.#parts.registerSeats.accepted()) {
      for (let place = 0; place < n; place++) this.accepted({ n, partition, place });
    }
    this.#lookLater();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** This node has just agreed to hold a seat. */
  accepted({ n, partition, place }: OneSeat): void {
    const now = this.#parts.world.clock.now();
    this.#open.set(`${n}/${partition}/${place}`, { n, partition, place, since: now, askedAt: now });
  }

  /** Those of which nothing has been heard for a while, and who has to answer. */
  get waiting(): readonly { readonly partition: number; readonly holder: string }[] {
    const { registerSeats, seating, world } = this.#parts;
    return [...this.#open.values()].flatMap(({ n, partition, place, since }) => {
      const isLong = world.clock.now() - since >= PATIENCE_MS;
      const holder = seating.seats(n, partition)[place]?.holder ?? '';
      return isLong && registerSeats.doubt(n, partition, place) !== undefined ? [{ partition, holder }] : [];
    });
  }

  #lookLater(): void {
    this.#timer = this.#parts.world.timers.after(LOOK_MS, () => {
      this.#lookLater();
      this.#look();
    });
  }

  #look(): void {
    const now = this.#parts.world.clock.now();
    let asked = 0;
    for (const [key, open] of this.#open) {
      if (now - open.askedAt < PATIENCE_MS) continue;
      const doubt = this.#parts.registerSeats.doubt(open.n, open.partition, open.place);
      if (doubt === undefined) this.#open.delete(key);
      else if (asked++ < MOST_ASKED) this.#ask(open, doubt, now);
    }
  }

  #ask(open: Open, doubt: Doubt, now: number): void {
    const { topology, seating, registerSeats, configuration } = this.#parts;
    const { n, partition, place } = open;
    const peer = topology.reach(seating.seats(n, partition)[place]?.holder ?? '')?.peer;
    if (peer?.isUp !== true) return;
    open.askedAt = now;
    const seat = { version: doubt.version, holder: nodeName(configuration.nodeName) };
    peer.request(
      TRANSFER_KIND.doubt,
      (writer) => {
        writeSeat(writer, { n, partition, place, seat });
        writeSeats(writer, registerSeats.view(n, partition).seats);
      },
      (kind, body) => {
        if (kind === (TRANSFER_KIND.doubt | 0x80) && !this.#isStopped) this.#onAnswer(open, doubt, body);
      },
      () => {},
    );
  }

  #onAnswer({ n, partition }: Open, doubt: Doubt, body: Reader): void {
    const { registerSeats, world } = this.#parts;
    const isSaidVoid = body.u8() === 1;
    registerSeats.learn(n, partition, readSeats(body, n));
    if (!isSaidVoid) return;
    registerSeats.forget(n, partition, doubt, (error) => {
      if (error !== undefined) world.log.error('that a seat will not come could not be stored', { error: error.message });
      else if (!this.#isStopped) this.#settled();
    });
  }
}

/** @throws MalformedBytes */
export function onDoubt(
  { registerSeats, seating, configuration }: ServiceParts,
  transfers: Pick<Transfers, 'handing'>,
  link: Link,
  correlation: number,
  body: Reader,
): void {
  const placed: PlacedSeat = readSeat(body);
  const { n, partition, place, seat } = placed;
  const seats = readSeats(body, n);
  if (partition >= configuration.partitions || seat.version === 0) throw new MalformedBytes('not a seat');
  const isKnown = seating.ns.includes(n);
  if (isKnown) registerSeats.learn(n, partition, seats);
  const known = isKnown ? registerSeats.view(n, partition).seats : [];
  const isHanding = transfers.handing(placed).some(({ errand }) => errand.to === link.remote.nodeName);
  const isSaidVoid = isVoid({ place, version: seat.version }, known, nodeName(configuration.nodeName), isHanding);
  writeSeats(link.begin(TRANSFER_KIND.doubt | 0x80, correlation).u8(isSaidVoid ? 1 : 0), known);
  link.commit();
}
