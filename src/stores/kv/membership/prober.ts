/** The failure detector at work: its timers, its messages over the links between nodes, and the delay of the event loop for its self-doubt. */
import {
  type DetectorEffect,
  type DetectorEffects,
  type DetectorState,
  hear,
  nextTime,
  onDelay,
  onMessage,
  onTime,
  opinionsDigest,
  opinionsToTell,
  type ProbeMessage,
  readProbeMessage,
  type Standing,
  setMembers,
  startDetector,
  type Update,
  writeProbeMessage,
} from '../../../protocols/failure-detection/index.ts';
import { isNodeName, type NodeName } from '../../../protocols/ring/index.ts';
import { MalformedBytes, type Reader } from '../../../runtime/bytes/index.ts';
import type { Link, Timer, World } from '../../../runtime/world/index.ts';
import type { Peers } from '../peers.ts';
import { MEMBERSHIP_KIND } from './kinds.ts';

/** What this node holds of another. */
export interface Liveness {
  readonly standing: Standing;
  /** Milliseconds for which it has been so. */
  readonly forMs: number;
}

/** A timer that is later than this was held up by the event loop: what seems late then may be waiting in this process. */
const DELAY_NOTICED_MS = 100;

export class Prober {
  readonly #world: World;
  readonly #peers: Peers;
  readonly #state: DetectorState;
  #timer: Timer | undefined;
  #due = 0;
  #isRunning = false;

  constructor(self: NodeName, world: World, peers: Peers) {
    this.#world = world;
    this.#peers = peers;
    this.#state = startDetector(self, world.random.uint32(), world.clock.now());
  }

  /** Only members probe, and only members are probed. */
  setMembers(members: readonly NodeName[], isMember: boolean): void {
    setMembers(this.#state, members, this.#world.clock.now());
    if (isMember && members.length > 1) this.#start();
    else this.stop();
  }

  liveness(name: string): Liveness | undefined {
    const opinion = isNodeName(name) ? this.#state.opinions.get(name) : undefined;
    return opinion && { standing: opinion.standing, forMs: this.#world.clock.now() - opinion.since };
  }

  /** 0 for well, 8 for worst: how far this node doubts itself. */
  get health(): number {
    return this.#state.health;
  }

  get digest(): number {
    return opinionsDigest(this.#state);
  }

  get toTell(): readonly Update[] {
    return opinionsToTell(this.#state);
  }

  hear(updates: readonly Update[]): void {
    const effects: DetectorEffects = [];
    for (const update of updates) hear(this.#state, update, this.#world.clock.now(), effects);
    this.#carryOut(effects, undefined);
  }

  /** @throws MalformedBytes */
  onFrame(link: Link, body: Reader): void {
    const from = link.remote.nodeName;
    if (!isNodeName(from)) throw new MalformedBytes(`'${from}' cannot name a node`);
    const effects: DetectorEffects = [];
    onMessage(this.#state, from, readProbeMessage(body), this.#world.clock.now(), effects);
    this.#carryOut(effects, link);
  }

  stop(): void {
    this.#isRunning = false;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#isRunning) return;
    const due = nextTime(this.#state);
    if (this.#timer !== undefined && this.#due <= due) return;
    this.#timer?.cancel();
    this.#due = due;
    this.#timer = this.#world.timers.after(Math.max(0, due - this.#world.clock.now()), () => this.#onTime());
  }

  #onTime(): void {
    this.#timer = undefined;
    const now = this.#world.clock.now();
    const late = now - this.#due;
    if (late >= DELAY_NOTICED_MS) onDelay(this.#state, late);
    const effects: DetectorEffects = [];
    onTime(this.#state, now, effects);
    this.#carryOut(effects, undefined);
  }

  #carryOut(effects: readonly DetectorEffect[], link: Link | undefined): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(effect.to, effect.message, link);
      else this.#world.log.info('a node is held otherwise', { node: effect.node, standing: effect.standing });
    }
    this.#schedule();
  }

  #send(to: NodeName, message: ProbeMessage, link: Link | undefined): void {
    // The answer goes where the question came from, whether or not there is another link.
    if (link?.remote.nodeName === to) {
      writeProbeMessage(link.begin(MEMBERSHIP_KIND.probe, 0), message);
      link.commit();
      return;
    }
    const send = (): boolean =>
      this.#peers.reach(to)?.send(MEMBERSHIP_KIND.probe, (writer) => writeProbeMessage(writer, message)) ?? false;
    if (!send()) this.#peers.onceTried([to], () => void send());
  }
}
