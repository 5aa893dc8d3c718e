/**
 * This node's part in the eras: it enters the next one when it is told to, and leads the others if it is the first member by name. The rules are in
 * `protocols/tombstone-collection`. While nobody has tombstones to collect nothing is sent.
 */
import {
  answerOf,
  askEraAgain,
  type EraAnswer,
  type EraEntry,
  enterEra,
  onEraAnswer,
  type Pacemaker,
  sinceOf,
  startPacemaker,
  wantEra,
} from '../../../protocols/tombstone-collection/index.ts';
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link, Timer } from '../../../runtime/world/index.ts';
import { KIND } from '../messages/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { decodeAnswer, decodeEntry, encodeAnswer, encodeEntry, REPLY, TOMBSTONE_KIND } from './frames.ts';
import { holdsAnything } from './holds-anything.ts';
import { ReEntry } from './re-entry.ts';
import { Restart } from './restart.ts';
import type { Shape } from './shape.ts';

/** Between two eras, at least; and until whoever has not answered is asked again. */
const STEP_MS = 500;
/** A boot is a number of 48 bits, never zero. */
const HALF_BITS = 2 ** 16;

export class EraPace {
  readonly #parts: ServiceParts;
  readonly #shape: Shape;
  readonly #boot: number;
  readonly #pacemaker: Pacemaker<string>;
  readonly #reEntry: ReEntry;
  readonly #restart: Restart;
  #isWanted = false;
  #timer: Timer | undefined;
  #isStopped = false;
  /** Who has not said that it is in the present era, when that was asked last. */
  #missing: readonly string[] = [];
  /** The last era was entered with this. */
  last: EraEntry | undefined;
  /** This node has entered an era, durably. */
  onEntered: (entry: EraEntry) => void = () => {};

  constructor(parts: ServiceParts, shape: Shape) {
    const { random } = parts.world;
    this.#parts = parts;
    this.#shape = shape;
    this.#boot = random.below(HALF_BITS) * 2 ** 32 + random.uint32() || 1;
    this.#pacemaker = startPacemaker(this.#boot);
    if (!holdsAnything(parts)) parts.replica.eras.beginAnew();
    this.#reEntry = new ReEntry(parts);
    this.#restart = new Restart(parts, (era) => this.#onMissed(era));
  }

  get frames(): readonly [FrameKind, FrameHandler][] {
    return [
      [TOMBSTONE_KIND.enter, (link, correlation, body) => this.#onEnter(link, correlation, body)],
      [TOMBSTONE_KIND.want, () => this.#onWanted()],
      ...this.#reEntry.frames,
      [KIND.era, (_link, _correlation, body) => this.#onTold(body.u48())],
    ];
  }

  /** Everyone, by name. */
  get members(): readonly string[] {
    return this.#parts.seating.wanted.nodes.map(({ name }) => name).sort();
  }

  /** Members that do not answer this node, or, where it leads, have not entered the present era. */
  get missing(): readonly string[] {
    const { topology } = this.#parts;
    const down = this.members.filter((name) => name !== topology.nodeName && topology.reach(name)?.peer?.isUp !== true);
    return [...new Set([...down, ...this.#missing])].sort();
  }

  start(): void {
    this.#restart.begin();
  }

  stop(): void {
    this.#isStopped = true;
    this.#restart.stop();
    this.#timer?.cancel();
    this.#reEntry.stop();
  }

  /** This node waits for the next era. */
  want(): void {
    const [leader] = this.members;
    if (leader === this.#parts.topology.nodeName) this.#onWanted();
    else if (leader !== undefined) this.#parts.topology.reach(leader)?.peer?.send(TOMBSTONE_KIND.want, () => {});
  }

  #onWanted(): void {
    this.#isWanted = true;
    this.#arm();
  }

  #arm(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = this.#parts.world.timers.after(STEP_MS, () => {
      this.#timer = undefined;
      this.#step();
    });
  }

  #step(): void {
    const { now } = this.#shape;
    const { members } = this;
    if (now === '' || members[0] !== this.#parts.topology.nodeName) return;
    const isAsking = this.#pacemaker.phase === 'asking';
    if (isAsking) this.#missing = members.filter((name) => !this.#pacemaker.answers.has(name));
    if (isAsking && this.#pacemaker.shape === now) askEraAgain(this.#pacemaker, this.#hands);
    else if (isAsking || this.#isWanted) {
      this.#isWanted = false;
      wantEra(this.#pacemaker, members, now, this.#hands);
    }
    if (this.#pacemaker.phase === 'asking') this.#arm();
  }

  readonly #hands = {
    enter: (to: string): void => this.#tell(to),
    completed: (): void => {
      this.#missing = [];
    },
  };

  #tell(to: string): void {
    const { topology } = this.#parts;
    const { era, shape, boot: by } = this.#pacemaker;
    const entry: EraEntry = { era, since: sinceOf(this.#pacemaker), by, shape };
    if (to === topology.nodeName) {
      this.#enter(entry, (answer) => this.#answered(to, answer));
      return;
    }
    topology.reach(to)?.peer?.request(
      TOMBSTONE_KIND.enter,
      (writer) => encodeEntry(writer, entry),
      (kind, body) => {
        if (kind === (TOMBSTONE_KIND.enter | REPLY)) this.#answered(to, decodeAnswer(body));
      },
      () => {},
    );
  }

  #answered(from: string, answer: ReturnType<typeof decodeAnswer>): void {
    if (!this.#isStopped) onEraAnswer(this.#pacemaker, from, answer, this.#hands);
  }

  #onEnter(link: Link, correlation: number, body: Reader): void {
    const entry = decodeEntry(body);
    this.#enter(entry, (answer) => {
      encodeAnswer(link.begin(TOMBSTONE_KIND.enter | REPLY, correlation), answer);
      link.commit();
    });
  }

  /**
   * @param then - called when the era that the node is in is durable; never, if it cannot be. By then it may be in a later one, which is not: it answers for
   *   that which is
   */
  #enter(entry: EraEntry, then: (answer: EraAnswer) => void): void {
    const { eras } = this.#parts.replica;
    const outcome = this.#tryEnter(entry);
    const entered = answerOf(eras.state, entry.by, this.#boot, this.#shape.now);
    eras.keep((error) => {
      if (error !== undefined || this.#isStopped) return;
      then({ ...entered, shape: this.#shape.now });
    });
    if (outcome !== 'entered') return;
    this.#parts.replica.eras.hasMissed = false;
    this.#reEntry.onLed();
    this.last = entry;
    this.onEntered(entry);
  }

  /** By someone who took no record from this node: a node that has just come learns of eras that way, too. */
  #onTold(era: number): void {
    const { eras } = this.#parts.replica;
    if (this.#tryEnter({ era, since: era, by: 0, shape: '' }) !== 'entered') return;
    this.last = undefined;
    eras.keep(() => {});
  }

  #tryEnter(entry: EraEntry): ReturnType<typeof enterEra> {
    const { state } = this.#parts.replica.eras;
    const outcome = enterEra(state, entry, this.#shape.now);
    if (outcome !== 'missed') return outcome;
    if (holdsAnything(this.#parts)) {
      this.#onMissed(entry.era);
      return outcome;
    }
    // It left, or was emptied: there is nothing here that could be too old.
    this.#parts.replica.eras.beginAnew();
    return enterEra(state, entry, this.#shape.now);
  }

  #onMissed(era: number): void {
    const { eras } = this.#parts.replica;
    if (eras.hasMissed) return;
    eras.hasMissed = true;
    this.#parts.world.log.error(
      'this disk is from before deletions that the other nodes have forgotten: they take nothing from it',
      {
        era: eras.current,
        theirs: era,
        next: 'stop this node, empty its directory, and start it again: the others fill it',
      },
    );
  }
}
