/** Gossip at work: once a second a round with one random member, or a seed; and the answers to the rounds of others. */
import {
  beginnings,
  choosePartner,
  digestOf,
  isSame,
  missingFrom,
  offerFor,
  type PartnerState,
  readDigest,
  readMissing,
  readOffer,
  readOutline,
  startPartners,
  writeDigest,
  writeMissing,
  writeOffer,
  writeOutline,
} from '../../../protocols/gossip/index.ts';
import type { NodeName } from '../../../protocols/ring/index.ts';
import { MalformedBytes, type Reader, type Writer } from '../../../runtime/bytes/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Address, FrameKind, Link, Timer, World } from '../../../runtime/world/index.ts';
import { decodeError, encodeError, KIND } from '../messages/index.ts';
import type { Peers } from '../peers.ts';
import type { HistoryKeeper } from './history-keeper.ts';
import { MEMBERSHIP_KIND } from './kinds.ts';
import type { Prober } from './prober.ts';
import type { SeedLinks } from './seed-links.ts';

export interface GossiperParts {
  readonly world: World;
  readonly partitions: number;
  readonly peers: Peers;
  readonly keeper: HistoryKeeper;
  readonly prober: Prober;
  readonly seedLinks: SeedLinks;
  readonly seeds: readonly Address[];
  /** Members but this node, as they are now. */
  others(): readonly { readonly name: NodeName; readonly address: Address }[];
  /** What a node that is no member says of itself after each digest; `undefined` for a member. */
  introduction(): ((writer: Writer) => void) | undefined;
}

const ROUND_MS = 1_000;
/** Who waits to be let in tells so many members in each round: in a small cluster an administrator can turn to any of them at once. */
const INTRODUCTIONS = 8;

export class Gossiper {
  readonly #parts: GossiperParts;
  readonly #partners: PartnerState;
  #timer: Timer | undefined;
  /** The question of the last round that has no answer yet, and whom it was asked. */
  #asked: { readonly peer: Peer; readonly correlation: number } | undefined;

  constructor(parts: GossiperParts) {
    this.#parts = parts;
    this.#partners = startPartners(parts.world.random.uint32());
  }

  /** Nodes that start together do not all gossip at once. */
  start(): void {
    const { timers, random } = this.#parts.world;
    this.#timer = timers.after(random.below(ROUND_MS), () => {
      this.#round();
      this.#timer = timers.every(ROUND_MS, () => this.#round());
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#forget();
  }

  #round(): void {
    this.#forget();
    const { others, seeds, peers, seedLinks } = this.#parts;
    const known = others();
    for (const { name } of known.slice(0, INTRODUCTIONS)) this.#introduceTo(name);
    const partner = choosePartner(
      this.#partners,
      known.map(({ name }) => name),
      seeds.length,
    );
    if (partner === undefined) return;
    const seed = partner.kind === 'seed' ? (seeds[partner.index] ?? '') : '';
    const name = partner.kind === 'member' ? partner.name : known.find(({ address }) => address === seed)?.name;
    if (name === undefined) {
      this.#begin(seedLinks.reach(seed));
      return;
    }
    const peer = peers.reach(name);
    if (peer === undefined) return;
    if (peer.isUp) this.#begin(peer);
    else peers.onceTried([name], () => this.#begin(peer));
  }

  #introduceTo(name: NodeName): void {
    const { peers, introduction } = this.#parts;
    const introduce = introduction();
    const peer = introduce === undefined ? undefined : peers.reach(name);
    if (introduce === undefined || peer === undefined) return;
    if (peer.isUp) peer.send(MEMBERSHIP_KIND.introduction, introduce);
    else peers.onceTried([name], () => peer.isUp && peer.send(MEMBERSHIP_KIND.introduction, introduce));
  }

  #begin(peer: Peer): void {
    if (!peer.isUp) return;
    const { keeper, prober, partitions, introduction } = this.#parts;
    const introduce = introduction();
    if (introduce !== undefined) peer.send(MEMBERSHIP_KIND.introduction, introduce);
    this.#ask(
      peer,
      MEMBERSHIP_KIND.digest,
      (writer) => writeDigest(writer, digestOf(keeper.known, prober.digest, partitions)),
      (kind, body) => {
        if (kind === MEMBERSHIP_KIND.outline) this.#onOutline(peer, body);
      },
    );
  }

  #onOutline(peer: Peer, body: Reader): void {
    const { keeper, prober } = this.#parts;
    const outline = readOutline(body);
    prober.hear(outline.opinions);
    const offer = { ...offerFor(keeper.known, outline.beginnings), opinions: prober.toTell };
    this.#ask(
      peer,
      MEMBERSHIP_KIND.offer,
      (writer) => writeOffer(writer, offer),
      (kind, reply) => {
        if (kind === MEMBERSHIP_KIND.missing) this.#take(readMissing(reply).changes);
      },
    );
  }

  #ask(peer: Peer, kind: FrameKind, write: (writer: Writer) => void, answered: (kind: FrameKind, body: Reader) => void): void {
    const correlation = peer.request(
      kind,
      write,
      (replyKind, body) => {
        this.#asked = undefined;
        if (replyKind === KIND.error) this.#parts.world.log.error('gossip was refused', { error: decodeError(body).message });
        else answered(replyKind, body);
      },
      () => {
        this.#asked = undefined;
      },
    );
    if (correlation !== 0) this.#asked = { peer, correlation };
  }

  #forget(): void {
    this.#asked?.peer.cancel(this.#asked.correlation);
    this.#asked = undefined;
  }

  /** @throws MalformedBytes */
  onDigest(link: Link, correlation: number, body: Reader): void {
    const { keeper, prober, partitions } = this.#parts;
    const digest = readDigest(body);
    if (digest.partitions !== partitions) {
      encodeError(link.begin(KIND.error, correlation), wrongPartitions(digest.partitions, partitions));
    } else if (isSame(keeper.known, prober.digest, digest)) {
      link.begin(MEMBERSHIP_KIND.same, correlation);
    } else {
      const outline = { beginnings: beginnings(keeper.known), opinions: prober.toTell };
      writeOutline(link.begin(MEMBERSHIP_KIND.outline, correlation), outline);
    }
    link.commit();
  }

  /** @throws MalformedBytes */
  onOffer(link: Link, correlation: number, body: Reader): void {
    const { keeper, prober } = this.#parts;
    const offer = readOffer(body);
    writeMissing(link.begin(MEMBERSHIP_KIND.missing, correlation), missingFrom(keeper.known, offer));
    link.commit();
    prober.hear(offer.opinions);
    this.#take(offer.changes);
  }

  /** @throws MalformedBytes */
  #take(changes: Parameters<HistoryKeeper['take']>[0]): void {
    try {
      this.#parts.keeper.take(changes);
    } catch (error) {
      if (error instanceof MalformedBytes || !(error instanceof QuorateError)) throw error;
      this.#parts.world.log.error('what gossip told was not taken up', { error: error.message });
    }
  }
}

function wrongPartitions(theirs: number, ours: number): QuorateError {
  return new QuorateError({
    code: 'wrong-partitions',
    message: `This cluster's ring has ${ours} partitions, that of the node which asked ${theirs}; the number is fixed when the cluster is made.`,
    outcome: 'not-applied',
    next: `Set partitions to ${ours} in the configuration of that node, and start it again on an empty directory.`,
    data: { ours, theirs },
  });
}
