/** Makes this node fit for the seats that it holds, where they came to it without their registers: the hands of `protocols/register-seats/claim.ts`. */
import { type Claim, isComplete, onHeard, startClaim, versionToClaim } from '../../../protocols/register-seats/index.ts';
import type { Reader } from '../../../runtime/bytes/index.ts';
import { copyBytes } from '../../../runtime/bytes/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import { isIntact } from '../replica/index.ts';
import { storedAsKnown, takeSeats } from '../seating/index.ts';
import type { NodeService } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { REGISTER_SEATS_KIND, readClaimAnswer, writeClaimed } from './frames.ts';
import { atomicBuckets, grantingFrames } from './granting.ts';

const FIRST_LOOK_MS = 20;
const LOOK_MS = 200;
/** Whoever has not answered for so long is asked anew. */
const PATIENCE_MS = 2_000;
const MOST_CLAIMED = 256;
const PAGE_COST = 64 * 1024;

interface Open {
  readonly n: number;
  readonly partition: number;
  readonly claim: Claim;
  /** Readings under way, by place. */
  readonly readings: Map<number, Reading>;
}

interface Reading {
  readonly from: string;
  readonly version: number;
  progressAt: number;
}

export class RegisterClaims implements NodeService {
  readonly frames: NodeService['frames'] & object;
  readonly topics: NodeService['topics'] & object;
  readonly #parts: ServiceParts;
  readonly #open = new Map<string, Open>();
  /** When each node was last asked, until it has answered. */
  readonly #asked = new Map<string, number>();
  #timer: Timer | undefined;
  #isStopped = false;
  #quietAt = -1;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.frames = new Map(grantingFrames(parts));
    this.topics = new Map([
      [
        'registers',
        () => ({ claimed: [...this.#open.values()].map(({ n, partition, claim }) => ({ n, partition, place: claim.place })) }),
      ],
    ]);
  }

  start(): void {
    if (this.#parts.registerSeats.ns.length === 0) return;
    this.#look();
    this.#lookAfter(FIRST_LOOK_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #lookAfter(ms: number): void {
    this.#timer = this.#parts.world.timers.after(ms, () => {
      if (this.#isStopped) return;
      this.#look();
      this.#lookAfter(this.#open.size > 0 && ms < LOOK_MS ? 2 * ms : LOOK_MS);
    });
  }

  #look(): void {
    const { seating } = this.#parts;
    if (this.#open.size === 0 && this.#quietAt === seating.revision) return;
    if (!seating.knowsFirst) return;
    this.#advance();
    this.#ask();
  }

  #advance(): void {
    this.#plan();
    this.#quietAt = this.#parts.seating.revision;
    for (const open of this.#open.values()) this.#proceed(open);
  }

  /** One claim for each seat that is held here without its registers. */
  #plan(): void {
    const { registerSeats, configuration, seating } = this.#parts;
    const wanted = new Set<string>();
    for (const n of registerSeats.ns) {
      for (let partition = 0; partition < configuration.partitions; partition++) {
        // A node that was removed is the holder of nothing, whatever the seats are as far as it knows.
        if (!seating.holders(n, partition).includes(this.#self)) continue;
        for (const place of registerSeats.places(n, partition)) {
          if (registerSeats.isFit(n, partition, place)) continue;
          const key = `${n}/${partition}/${place}`;
          wanted.add(key);
          this.#claim(key, n, partition, place);
        }
      }
    }
    for (const key of this.#open.keys()) if (!wanted.has(key)) this.#open.delete(key);
  }

  #claim(key: string, n: number, partition: number, place: number): void {
    const { registerSeats, world, seating } = this.#parts;
    const before = this.#open.get(key)?.claim;
    const held = registerSeats.view(n, partition).seats[place]?.version ?? 0;
    const pledge = before?.pledged[place] ?? registerSeats.standing(n, partition).pledged[place];
    const version = versionToClaim(held, pledge, registerSeats.disk);
    if (version !== held) {
      const placed = [{ n, partition, place, seat: { version, holder: this.#self } }];
      takeSeats(this.#parts, placed);
      // Before anybody can hear of it: what this node counts up it must not count up twice.
      world.engine.write(storedAsKnown(seating, placed), () => {});
    }
    if (before?.version === version) return;
    this.#open.set(key, {
      n,
      partition,
      claim: startClaim(place, version, registerSeats.standing(n, partition).pledged),
      readings: new Map(),
    });
  }

  get #self() {
    return this.#parts.configuration.nodeName as never;
  }

  /** Whoever holds other seats, of all claims that it has not granted yet, in one frame. */
  #ask(): void {
    const now = this.#parts.world.clock.now();
    const byHolder = new Map<string, Open[]>();
    for (const open of this.#open.values()) {
      const holders = new Set<string>();
      for (const [place, { holder, version }] of this.#parts.registerSeats.view(open.n, open.partition).seats.entries()) {
        const given = open.claim.grants.get(place);
        if (holder !== '' && holder !== this.#self && given?.version !== version) holders.add(holder);
      }
      for (const holder of holders) byHolder.set(holder, [...(byHolder.get(holder) ?? []), open]);
    }
    for (const [holder, all] of byHolder) {
      const askedAt = this.#asked.get(holder);
      if (askedAt === undefined || now - askedAt > PATIENCE_MS) this.#askOne(holder, all.slice(0, MOST_CLAIMED), now);
    }
  }

  #askOne(holder: string, all: readonly Open[], now: number): void {
    const { topology, registerSeats, world } = this.#parts;
    const peer = topology.reach(holder)?.peer;
    if (peer?.isUp !== true) return;
    this.#asked.set(holder, now);
    // Behind the versions that these seats were given just now.
    world.engine.write([], (failure) => {
      if (failure !== undefined || this.#isStopped) return;
      peer.request(
        REGISTER_SEATS_KIND.claim,
        (writer) => {
          writer.u48(registerSeats.disk);
          for (const { n, partition, claim } of all)
            writeClaimed(writer, { n, partition, place: claim.place, version: claim.version });
        },
        (kind, body) => {
          if (this.#asked.get(holder) === now) this.#asked.delete(holder);
          if (kind === (REGISTER_SEATS_KIND.claim | 0x80) && !this.#isStopped) this.#onAnswer(holder, all, body);
        },
        () => {
          if (this.#asked.get(holder) === now) this.#asked.delete(holder);
        },
      );
    });
  }

  #onAnswer(holder: string, all: readonly Open[], body: Reader): void {
    const { registerSeats } = this.#parts;
    const disk = body.u48();
    for (const open of all) {
      const { n, partition, claim } = open;
      const { isGranted, isEmpty, own, seats, pledged } = readClaimAnswer(body, n);
      registerSeats.learn(n, partition, seats);
      onHeard(claim, pledged);
      if (!isGranted) continue;
      for (const { place, isFit } of own) {
        const version = seats[place]?.version ?? 0;
        // It has nothing that counts, and gives nothing: it is asked again, for it may have by then.
        if (!isFit && version > 0) continue;
        claim.grants.set(place, { version, isFit, disk, isRead: isEmpty });
        if (!isEmpty) open.readings.set(place, { from: holder, version, progressAt: Number.NEGATIVE_INFINITY });
      }
    }
    // Not asked again before the next look: whoever refuses would be asked without end.
    this.#advance();
  }

  #proceed(open: Open): void {
    const { registerSeats, world } = this.#parts;
    const { n, partition, claim } = open;
    if (this.#open.get(`${n}/${partition}/${claim.place}`) !== open) return;
    const { seats } = registerSeats.view(n, partition);
    if (isComplete(claim, seats)) {
      this.#open.delete(`${n}/${partition}/${claim.place}`);
      registerSeats.becomeFit(n, partition, claim.place, claim.version, claim.pledged);
      return;
    }
    const now = world.clock.now();
    for (const [place, reading] of open.readings) {
      if (now - reading.progressAt > PATIENCE_MS) this.#read(open, place, reading);
    }
  }

  /** All registers of a seat that has granted the claim, from the first one. */
  #read(open: Open, place: number, { from, version }: Reading): void {
    const reading = { from, version, progressAt: this.#parts.world.clock.now() };
    open.readings.set(place, reading);
    this.#readPage(open, place, reading, [...atomicBuckets(this.#parts, open.n)], new Uint8Array(0));
  }

  #readPage(open: Open, place: number, reading: Reading, buckets: readonly string[], after: Uint8Array): void {
    const { background, topology } = this.#parts;
    const [bucket] = buckets;
    if (this.#isStopped || open.readings.get(place) !== reading) return;
    if (bucket === undefined) {
      open.readings.delete(place);
      const given = open.claim.grants.get(place);
      if (given?.version === reading.version) given.isRead = true;
      this.#proceed(open);
      return;
    }
    const giveUp = (): void => {
      if (open.readings.get(place) !== reading) return;
      open.readings.delete(place);
      open.claim.grants.delete(place);
    };
    background.run('transfer', PAGE_COST, () => {
      const peer = topology.reach(reading.from)?.peer;
      reading.progressAt = this.#parts.world.clock.now();
      peer?.request(
        REGISTER_SEATS_KIND.page,
        (writer) => writer.ascii(bucket).u16(open.partition).u8(place).u48(reading.version).bytes(after),
        (kind, body) => {
          if (kind !== (REGISTER_SEATS_KIND.page | 0x80)) giveUp();
          else if (open.readings.get(place) === reading) this.#onPage(open, place, reading, buckets, after, body);
        },
        giveUp,
      );
    });
  }

  #onPage(open: Open, place: number, reading: Reading, buckets: readonly string[], after: Uint8Array, body: Reader): void {
    const isMore = body.u8() === 1;
    let last = after;
    while (body.remaining > 0) {
      const [storageKey, checked] = [copyBytes(body.bytes16()), copyBytes(body.bytes32())];
      // A record that was damaged on its way would be lost: the page is read again.
      if (!isIntact(storageKey, checked)) return;
      this.#parts.replica.merge(storageKey, checked, 'register', () => {});
      last = storageKey;
    }
    reading.progressAt = this.#parts.world.clock.now();
    if (isMore) this.#readPage(open, place, reading, buckets, last);
    else this.#readPage(open, place, reading, buckets.slice(1), new Uint8Array(0));
  }
}
