/**
 * The gossip and the failure detectors of many nodes in virtual time: the very state machines that nodes run, each message through its
 * bytes, with 1 to 20 ms on the way. What a node has besides (its ring, its data, its links) is not there, so that a thousand fit.
 */
import {
  type DetectorEffects,
  type DetectorState,
  hear,
  nextTime,
  onMessage,
  onTime,
  opinionsDigest,
  opinionsToTell,
  readProbeMessage,
  setMembers,
  startDetector,
  type Update,
  writeProbeMessage,
} from '../../src/protocols/failure-detection/index.ts';
import {
  beginnings,
  choosePartner,
  digestOf,
  isSame,
  missingFrom,
  type Outlined,
  offerFor,
  outlined,
  type PartnerState,
  readDigest,
  readMissing,
  readOffer,
  readOutline,
  startPartners,
  takeUp,
  writeDigest,
  writeMissing,
  writeOffer,
  writeOutline,
} from '../../src/protocols/gossip/index.ts';
import { append, type Decision, fromConfiguration, type History } from '../../src/protocols/membership/index.ts';
import { type NodeName, nodeName, randomSequence } from '../../src/protocols/ring/index.ts';
import { Reader, Writer } from '../../src/runtime/bytes/index.ts';

interface Node {
  readonly name: NodeName;
  readonly partners: PartnerState;
  readonly detector: DetectorState;
  known: Outlined;
  isUp: boolean;
  wakes: number;
}

/** Of the transport: length, kind, flags, correlation. */
const FRAME_HEADER_BYTES = 12;
const ROUND_MS = 1_000;
const PARTITIONS = 256;

export class GossipingCluster {
  readonly nodes: readonly Node[];
  now = 0;
  readonly bytes = { gossip: 0, probes: 0 };
  readonly messages = { gossip: 0, probes: 0 };
  /** When a node was first held suspect, and dead, by any other. */
  firstSuspected = Number.POSITIVE_INFINITY;
  readonly #random: () => number;
  readonly #events = new Map<number, (() => void)[]>();
  readonly #names: readonly NodeName[];
  readonly #byName: ReadonlyMap<NodeName, Node>;

  constructor(count: number, seed: number) {
    this.#random = randomSequence(seed);
    this.#names = Array.from({ length: count }, (_unused, index) => nodeName(`node-${index + 1}`));
    const known = outlined(historyOf(count));
    this.nodes = this.#names.map((name) => {
      const detector = startDetector(name, this.#random(), 0);
      setMembers(detector, this.#names, 0);
      return { name, partners: startPartners(this.#random()), detector, known, isUp: true, wakes: Number.POSITIVE_INFINITY };
    });
    this.#byName = new Map(this.nodes.map((node) => [node.name, node]));
    for (const node of this.nodes) {
      this.#schedule(node);
      this.#after(this.#random() % ROUND_MS, () => this.#round(node));
    }
  }

  node(index: number): Node {
    return this.nodes[index] as Node;
  }

  decide(at: Node, decision: Decision): void {
    at.known = outlined(append(at.known.history, at.name, decision), at.known);
  }

  runFor(durationMs: number, until: () => boolean = () => false): void {
    const end = this.now + durationMs;
    for (; this.now < end; this.now++) {
      const events = this.#events.get(this.now);
      if (events === undefined) continue;
      for (const event of events) event();
      this.#events.delete(this.now);
      if (until()) return;
    }
  }

  allKnow(history: number): boolean {
    return this.nodes.every(({ known, isUp }) => !isUp || known.history.length >= history);
  }

  allHoldDead(name: NodeName): boolean {
    return this.nodes.every(({ detector, isUp }) => !isUp || detector.opinions.get(name)?.standing === 'dead');
  }

  #after(delayMs: number, event: () => void): void {
    const at = this.now + delayMs;
    const events = this.#events.get(at);
    if (events === undefined) this.#events.set(at, [event]);
    else events.push(event);
  }

  /** Hands the bytes over a little later, if the other one is there. */
  #send(what: 'gossip' | 'probes', to: Node, write: (writer: Writer) => void, receive: (reader: Reader) => void): void {
    const writer = new Writer(64);
    write(writer);
    this.bytes[what] += FRAME_HEADER_BYTES + writer.length;
    this.messages[what]++;
    this.#after(1 + (this.#random() % 20), () => {
      if (to.isUp) receive(new Reader(writer.view()));
    });
  }

  #schedule(node: Node): void {
    const due = Math.max(this.now, Math.ceil(nextTime(node.detector)));
    if (due >= node.wakes) return;
    node.wakes = due;
    this.#after(due - this.now, () => {
      if (!node.isUp || node.wakes !== due) return;
      node.wakes = Number.POSITIVE_INFINITY;
      const effects: DetectorEffects = [];
      onTime(node.detector, this.now, effects);
      this.#carryOut(node, effects);
    });
  }

  #carryOut(node: Node, effects: DetectorEffects): void {
    for (const effect of effects) {
      if (effect.kind === 'judged') {
        if (effect.standing === 'suspect') this.firstSuspected = Math.min(this.firstSuspected, this.now);
        continue;
      }
      const to = this.#byName.get(effect.to) as Node;
      const write = (writer: Writer): void => writeProbeMessage(writer, effect.message);
      this.#send('probes', to, write, (reader) => {
        const answers: DetectorEffects = [];
        onMessage(to.detector, node.name, readProbeMessage(reader), this.now, answers);
        this.#carryOut(to, answers);
      });
    }
    this.#schedule(node);
  }

  #round(node: Node): void {
    if (!node.isUp) return;
    this.#after(ROUND_MS, () => this.#round(node));
    const partner = choosePartner(node.partners, this.#names, 0);
    const other = partner?.kind === 'member' ? this.#byName.get(partner.name) : undefined;
    if (other === undefined || other === node) return;
    const digest = digestOf(node.known, opinionsDigest(node.detector), PARTITIONS);
    this.#send(
      'gossip',
      other,
      (writer) => writeDigest(writer, digest),
      (reader) => this.#onDigest(other, node, reader),
    );
  }

  #onDigest(node: Node, asker: Node, reader: Reader): void {
    if (isSame(node.known, opinionsDigest(node.detector), readDigest(reader))) {
      this.#send(
        'gossip',
        asker,
        () => {},
        () => {},
      );
      return;
    }
    const outline = { beginnings: beginnings(node.known), opinions: opinionsToTell(node.detector) };
    this.#send(
      'gossip',
      asker,
      (writer) => writeOutline(writer, outline),
      (bytes) => this.#onOutline(asker, node, bytes),
    );
  }

  #onOutline(node: Node, other: Node, reader: Reader): void {
    const outline = readOutline(reader);
    this.#hear(node, outline.opinions);
    const offer = { ...offerFor(node.known, outline.beginnings), opinions: opinionsToTell(node.detector) };
    this.#send(
      'gossip',
      other,
      (writer) => writeOffer(writer, offer),
      (bytes) => {
        const offered = readOffer(bytes);
        const missing = missingFrom(other.known, offered);
        this.#hear(other, offered.opinions);
        other.known = takeUp(other.known, offered.changes);
        this.#send(
          'gossip',
          node,
          (writer) => writeMissing(writer, missing),
          (answer) => {
            node.known = takeUp(node.known, readMissing(answer).changes);
          },
        );
      },
    );
  }

  #hear(node: Node, updates: readonly Update[]): void {
    const effects: DetectorEffects = [];
    for (const update of updates) hear(node.detector, update, this.now, effects);
    this.#carryOut(node, effects);
  }
}

export function historyOf(count: number): History {
  return fromConfiguration(
    Array.from({ length: count }, (_unused, index) => ({
      name: `node-${index + 1}`,
      address: `10.0.${Math.floor(index / 250)}.${index % 250}:7401`,
      host: `rack-${Math.floor(index / 20)}`,
      zone: `zone-${index % 3}`,
    })),
  );
}
