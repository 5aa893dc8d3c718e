/**
 * Brings hints to where they belong: page by page to each target that is up, several at a time, as the admission of
 * background work lets them go; what the target has durably is retired. What belongs elsewhere by now is held for those it belongs to, or taken over when this node is one of them.
 *
 * While there are hints, each target is looked at in steps of {@link STEP_MS}; as long as one takes them, page follows page at once: its
 * acknowledgements set the pace. Without hints nothing runs.
 */
import { destinationOf, type Standing } from '../../../protocols/hinted-handoff/index.ts';
import type { Ring } from '../../../protocols/ring/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Timer, World } from '../../../runtime/world/index.ts';
import type { Background } from '../background/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { encodeReplicaWrite, KIND } from '../messages/index.ts';
import type { ReplicaStore } from '../replica/index.ts';
import { parseStorageKey } from '../storage-key.ts';
import type { Hint, HintStore } from './hint-store.ts';

const STEP_MS = 500;
/** Hints under way to one target. */
const PAGE = 64;
/** A target that has not answered in this time has not got them. */
const PATIENCE_MS = 10_000;

/** Who holds a key, and the links to them. */
export interface HintTopology {
  readonly nodeName: string;
  readonly ring: Ring;
  target(name: string): { readonly peer: Peer | undefined } | undefined;
}

export interface DeliveryParts {
  readonly world: Pick<World, 'clock' | 'timers' | 'log'>;
  readonly configuration: NodeConfiguration;
  readonly topology: HintTopology;
  readonly replica: ReplicaStore;
  readonly hints: HintStore;
  /** Whose history names everyone who was ever a member: this node may have come, or restarted, after they left. */
  readonly membership?: { readonly history: readonly { readonly node: string }[] };
  readonly background: Background;
}

/** Why the hints for a target are still here. */
export type Waiting = 'the target is down' | 'being handed over' | 'nobody knows the target';

/** A page of hints that is about to be sent, or on its way. */
interface UnderWay {
  readonly peer: Peer;
  readonly correlations: Set<number>;
  /** When it was sent. */
  since: number;
}

export class HintDelivery {
  readonly #parts: DeliveryParts;
  readonly #underWay = new Map<string, UnderWay>();
  /** Every node that this one has heard of: those that are no members any more have left. */
  readonly #heardOf = new Set<string>();
  /** Of a target: up to where its hints were offered, or looked through for such as belong elsewhere by now, in this round. */
  readonly #lookedThrough = new Map<string, Uint8Array>();
  #timer: Timer | undefined;
  #isStopped = false;
  #delivered = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    for (const { name } of parts.configuration.members) this.#heardOf.add(name);
    parts.hints.onStored = () => this.#arm();
  }

  /** Hints handed over since the start. */
  get delivered(): number {
    return this.#delivered;
  }

  start(): void {
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** An administrator says that a node is no more. */
  declareLeft(target: string): void {
    this.#heardOf.add(target);
    this.#arm();
  }

  standingOf(target: string): Standing {
    if (this.#parts.topology.ring.nodes.some(({ name }) => name === target)) return 'member';
    const wasMember = this.#parts.membership?.history.some(({ node }) => node === target) === true;
    return wasMember || this.#heardOf.has(target) ? 'left' : 'unknown';
  }

  waitsFor(target: string): Waiting {
    const standing = this.standingOf(target);
    if (standing === 'unknown') return 'nobody knows the target';
    return standing === 'left' || this.#peerOf(target) !== undefined ? 'being handed over' : 'the target is down';
  }

  #arm(): void {
    if (this.#isStopped || this.#timer !== undefined || this.#parts.hints.targets.size === 0) return;
    this.#timer = this.#parts.world.timers.after(STEP_MS, () => {
      this.#timer = undefined;
      this.#step();
      this.#arm();
    });
  }

  #step(): void {
    for (const { name } of this.#parts.topology.ring.nodes) this.#heardOf.add(name);
    const now = this.#parts.world.clock.now();
    for (const [target, { peer, correlations, since }] of this.#underWay) {
      if (now - since < PATIENCE_MS) continue;
      for (const correlation of correlations) peer.cancel(correlation);
      this.#underWay.delete(target);
    }
    for (const target of [...this.#parts.hints.targets.keys()]) this.#deliver(target);
  }

  #deliver(target: string): void {
    if (this.#isStopped || this.#underWay.has(target) || this.standingOf(target) === 'unknown') return;
    try {
      const peer = this.#peerOf(target);
      // Not from the beginning each time: until the engine has moved them, it goes past all that were retired.
      const page = this.#parts.hints.list(target, this.#lookedThrough.get(target), PAGE);
      const last = page.at(-1);
      if (last === undefined) this.#lookedThrough.delete(target);
      else this.#lookedThrough.set(target, last.storageKey);
      const offers = page.filter((hint) => !this.#redirected(hint));
      if (offers.length > 0 && peer !== undefined) this.#offer(target, peer, offers);
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      this.#parts.world.log.warn('hints cannot be read or written', { target, error: error.message });
    }
  }

  #offer(target: string, peer: Peer, offers: readonly Hint[]): void {
    const page: UnderWay = { peer, correlations: new Set(), since: Number.POSITIVE_INFINITY };
    this.#underWay.set(target, page);
    const bytes = offers.reduce((sum, { checkedRecord }) => sum + checkedRecord.length, 0);
    this.#parts.background.run('hints', bytes, () => {
      if (this.#isStopped || this.#underWay.get(target) !== page) return;
      page.since = this.#parts.world.clock.now();
      this.#send(target, page, offers);
    });
  }

  #send(target: string, page: UnderWay, offers: readonly Hint[]): void {
    const { peer } = page;
    const done: Hint[] = [];
    let open = offers.length;
    const onAnswer = (hint: Hint, isStored: boolean, correlation: number): void => {
      page.correlations.delete(correlation);
      if (isStored) done.push(hint);
      if (--open > 0 || this.#underWay.get(target) !== page) return;
      this.#underWay.delete(target);
      if (done.length > 0) this.#retire(target, done, done.length === offers.length);
    };
    for (const hint of offers) {
      const { policy, storageKey, checkedRecord } = hint;
      // Acknowledged by the target when it is durable there, whatever the bucket's durability.
      const correlation: number = peer.request(
        KIND.replicaWrite,
        (writer) => encodeReplicaWrite(writer, { durability: 'disk', policy, storageKey, checkedRecord }),
        (kind) => onAnswer(hint, kind === KIND.replicaStored, correlation),
        () => onAnswer(hint, false, 0),
      );
      if (correlation !== 0) page.correlations.add(correlation);
    }
  }

  #retire(target: string, done: readonly Hint[], wasAll: boolean): void {
    this.#delivered += done.length;
    this.#parts.hints.retire(done, () => {
      if (wasAll) this.#deliver(target);
    });
  }

  /** Whether it belongs to others than its target by now. */
  #redirected(hint: Hint): boolean {
    const { topology, configuration, replica, hints } = this.#parts;
    const { partition, bucket } = parseStorageKey(hint.storageKey);
    const { n } = configuration.buckets.get(bucket) ?? configuration.defaults;
    const homes: readonly string[] = topology.ring.replicas(partition, n);
    const destination = destinationOf(hint.target, this.standingOf(hint.target), homes);
    if (destination.kind === 'offer') return false;
    if (destination.kind === 'keep') return true;
    const others = destination.to.filter((home) => home !== topology.nodeName);
    const isHome = others.length < destination.to.length;
    const move = (): void => hints.redirect(hint, others, () => this.#arm());
    if (!isHome) move();
    else
      replica.merge(hint.storageKey, hint.checkedRecord, hint.policy, (error) => {
        if (error === undefined) move();
      });
    return true;
  }

  #peerOf(target: string): Peer | undefined {
    const peer = this.#parts.topology.target(target)?.peer;
    return peer?.isUp === true ? peer : undefined;
  }
}
