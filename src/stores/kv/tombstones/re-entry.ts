/**
 * A member that left, or was removed, and is let in again by the same process: the eras have gone on without it. What only it has would be from
 * the past for the others, so it learns from a member in which era they are before it takes anything from anyone. What its own clients write is
 * taken at once: it is news in whatever era. The rules are in `protocols/tombstone-collection/era.ts`; see docs/decisions/0080.
 *
 * It asks as soon as it knows that it is a member again, and, if others know that first, when they give it something. Whoever knows it to be
 * a member answers, durably in the era that it tells: from then on the others go one era further at most before this node is with them.
 */
import { type ChangeId, compareIds, lastDeparture } from '../../../protocols/membership/index.ts';
import { type NodeName, nodeName } from '../../../protocols/ring/index.ts';
import { comeBack, onPresentEra, stopAsking } from '../../../protocols/tombstone-collection/index.ts';
import type { Reader } from '../../../runtime/bytes/index.ts';
import type { FrameKind, Link, Timer } from '../../../runtime/world/index.ts';
import type { FrameHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { ASKED, askEra } from './ask-era.ts';
import { decodeDeparture, REPLY, TOMBSTONE_KIND } from './frames.ts';
import { holdsAnything } from './holds-anything.ts';

/** Until others are asked, or the same ones again. */
const PATIENCE_MS = 500;
/** After so many rounds without an answer what others give is taken all the same: a store that is always writable does not refuse for longer. */
const ROUNDS = 4;

type Departure = NonNullable<ReturnType<typeof lastDeparture>>;

export class ReEntry {
  readonly #parts: ServiceParts;
  readonly #self: NodeName;
  #departure: Departure | undefined;
  /** It left, and nobody who counts it among the members has told it an era since. */
  #isOut: boolean;
  #rounds = 0;
  #next = 0;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(parts: ServiceParts) {
    const { membership, replica } = parts;
    this.#parts = parts;
    this.#self = nodeName(parts.topology.nodeName);
    this.#departure = lastDeparture(membership.history, this.#self);
    this.#isOut = this.#departure !== undefined && !membership.isMember;
    membership.onChange(() => this.#onChange());
    replica.eras.onGiven = () => this.#onGiven();
  }

  get frames(): readonly [FrameKind, FrameHandler][] {
    return [[TOMBSTONE_KIND.whichEra, (link, correlation, body) => this.#onAsked(link, correlation, body)]];
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** A pacemaker counts this node among the members, and has led it into an era. */
  onLed(): void {
    if (this.#parts.membership.isMember) this.#isOut = false;
  }

  #onChange(): void {
    const { membership, seating } = this.#parts;
    const departure = lastDeparture(membership.history, this.#self);
    if (departure !== undefined && (this.#departure === undefined || compareIds(departure.id, this.#departure.id) !== 0)) {
      this.#departure = departure;
      this.#isOut = true;
    }
    if (!this.#isOut || departure === undefined || !membership.isMember) return;
    if (departure.kind === 'leave' && seating.isSeated(this.#self)) {
      // A leave that was cancelled in time: the eras have stood still.
      this.#isOut = false;
      return;
    }
    this.#comeBack(!holdsAnything(this.#parts));
  }

  /** Others may know before this node that it is a member again; and what was here when it was let in may be gone by now. */
  #onGiven(): void {
    if (!this.#isOut) return;
    const { membership, seating, replica } = this.#parts;
    if (replica.eras.state.isAsking) {
      this.#ask();
      return;
    }
    if (holdsAnything(this.#parts) || (!membership.isMember && seating.isSeated(this.#self))) return;
    this.#comeBack(true);
  }

  #comeBack(isEmpty: boolean): void {
    this.#rounds = 0;
    if (comeBack(this.#parts.replica.eras.state, isEmpty)) this.#ask();
  }

  #ask(): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    const { membership, world } = this.#parts;
    const others = membership.members.filter(({ name }) => name !== this.#self);
    const patience = others.length === 0 ? 0 : PATIENCE_MS;
    this.#timer = world.timers.after(patience, () => {
      this.#timer = undefined;
      this.#onPatienceOver(others.length === 0);
    });
    for (let asked = 0; asked < Math.min(ASKED, others.length); asked++) {
      const member = others[this.#next++ % others.length];
      if (member !== undefined) this.#askMember(member.name);
    }
  }

  #askMember(name: string): void {
    const departure = this.#departure;
    if (departure === undefined) return;
    askEra(this.#parts, name, departure.id, (era) => {
      // An answer from before it left once more says nothing.
      if (departure === this.#departure) this.#onAnswer(era);
    });
  }

  #onAnswer(era: number): void {
    const { eras } = this.#parts.replica;
    if (this.#isStopped || !eras.state.isAsking) return;
    this.#isOut = false;
    // Before whatever is taken from now on.
    if (onPresentEra(eras.state, era)) eras.keep(() => {});
  }

  #onPatienceOver(isAlone: boolean): void {
    const { membership, replica, world } = this.#parts;
    // While it is out as far as it knows it asks again when it is given something.
    if (!replica.eras.state.isAsking || !membership.isMember) return;
    if (!isAlone && ++this.#rounds < ROUNDS) {
      this.#ask();
      return;
    }
    stopAsking(replica.eras.state);
    this.#isOut = false;
    if (!isAlone) world.log.warn('no member has told in which era the cluster is: what others give is taken all the same');
  }

  /** Answered with nothing by whoever cannot say. */
  #onAsked(link: Link, correlation: number, body: Reader): void {
    const { replica, world } = this.#parts;
    const answer = (era?: number): void => {
      const writer = link.begin(TOMBSTONE_KIND.whichEra | REPLY, correlation);
      if (era !== undefined) writer.u48(era);
      link.commit();
    };
    if (
      !this.#counts(link.remote.nodeName, body.remaining === 0 ? undefined : decodeDeparture(body)) ||
      replica.eras.state.isAsking
    ) {
      answer();
      return;
    }
    const { current } = replica.eras;
    world.engine.write([], (error) => {
      if (error === undefined) answer(current);
    });
  }

  /** Whether, as far as this member knows, the other one is one, too, and has become one again since it left. */
  #counts(name: string, left: ChangeId | undefined): boolean {
    const { membership } = this.#parts;
    if (!membership.isMember || membership.members.every((member) => member.name !== name)) return false;
    if (left === undefined) return true;
    const known = lastDeparture(membership.history, nodeName(name));
    return known !== undefined && compareIds(known.id, left) >= 0;
  }
}
