/** Nodes that gossip in rounds, all at once and without loss, with every message through its bytes. */
import { Reader, Writer } from '../../runtime/bytes/index.ts';
import { type History, members } from '../membership/index.ts';
import { type NodeName, nodeName } from '../ring/index.ts';
import {
  readDigest,
  readMissing,
  readOffer,
  readOutline,
  writeDigest,
  writeMissing,
  writeOffer,
  writeOutline,
} from './message.ts';
import { beginnings, NOTHING_OUTLINED, type Outlined, outlined } from './outline.ts';
import { choosePartner, type PartnerState, startPartners } from './partner.ts';
import { digestOf, isSame, missingFrom, offerFor, takeUp } from './reconcile.ts';

export interface Gossiper {
  readonly name: NodeName;
  readonly partners: PartnerState;
  known: Outlined;
}

export class Gossipers {
  readonly all = new Map<string, Gossiper>();
  readonly seeds: readonly NodeName[];
  bytes = 0;

  constructor(seeds: readonly string[] = []) {
    this.seeds = seeds.map(nodeName);
  }

  add(name: string, history: History, seed: number): Gossiper {
    const gossiper = { name: nodeName(name), partners: startPartners(seed), known: outlined(history, NOTHING_OUTLINED) };
    this.all.set(name, gossiper);
    return gossiper;
  }

  get(name: string): Gossiper {
    const gossiper = this.all.get(name);
    if (gossiper === undefined) throw new Error(`no gossiper ${name}`);
    return gossiper;
  }

  round(): void {
    for (const gossiper of this.all.values()) {
      const others = members(gossiper.known.history).flatMap(({ name }) => (name === gossiper.name ? [] : [name]));
      const partner = choosePartner(gossiper.partners, others, this.seeds.length);
      if (partner === undefined) continue;
      const other = this.all.get(partner.kind === 'seed' ? (this.seeds[partner.index] ?? '') : partner.name);
      if (other !== undefined && other !== gossiper) this.meet(gossiper, other);
    }
  }

  /** Rounds until all have the same history as that one; at most `most`. */
  roundsUntilAllKnow(name: string, most: number): number {
    const known = (): boolean => {
      const { fingerprints } = this.get(name).known;
      return [...this.all.values()].every((other) => other.known.fingerprints.at(-1) === fingerprints.at(-1));
    };
    let rounds = 0;
    for (; rounds < most && !known(); rounds++) this.round();
    return rounds;
  }

  meet(a: Gossiper, b: Gossiper): void {
    const digest = readDigest(this.#sent((writer) => writeDigest(writer, digestOf(a.known, 0, 256))));
    if (isSame(b.known, 0, digest)) return;
    const outline = readOutline(this.#sent((writer) => writeOutline(writer, { beginnings: beginnings(b.known), opinions: [] })));
    const offer = readOffer(
      this.#sent((writer) => writeOffer(writer, { ...offerFor(a.known, outline.beginnings), opinions: [] })),
    );
    const { changes } = readMissing(this.#sent((writer) => writeMissing(writer, missingFrom(b.known, offer))));
    b.known = takeUp(b.known, offer.changes);
    a.known = takeUp(a.known, changes);
  }

  #sent(write: (writer: Writer) => void): Reader {
    const writer = new Writer();
    write(writer);
    this.bytes += writer.length;
    return new Reader(writer.view());
  }
}
