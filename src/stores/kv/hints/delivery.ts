/**
 * Brings hints to where they belong: to each target that is up (`hand-over.ts`); what the target has durably is retired. What belongs
 * elsewhere by now is held for those it belongs to, or taken over when this node is one of them.
 *
 * While there are hints, each target is looked at in steps of {@link STEP_MS}. Without hints nothing runs.
 */
import { destinationOf, type Standing } from '../../../protocols/hinted-handoff/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Peer } from '../../../runtime/transport/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import type { DeliveryParts } from './delivery-parts.ts';
import { HandOver } from './hand-over.ts';
import type { Hint } from './hint.ts';
import { Homes } from './homes.ts';

const STEP_MS = 500;
/** Of the hints for a target that is down, looked through in a step for such as belong elsewhere by now. */
const LOOKED_THROUGH_BYTES = 16 * 1024;

/** Why the hints for a target are still here. */
/** `an administrator`: the target takes nothing from this disk but what it has already, see docs/decisions/0088. */
export type Waiting = 'the target is down' | 'being handed over' | 'nobody knows the target' | 'an administrator';

export class HintDelivery {
  readonly #parts: DeliveryParts;
  /** To targets that are up. */
  readonly #handOvers = new Map<string, HandOver>();
  /** Every node that this one has heard of: those that are no members any more have left. */
  readonly #heardOf = new Set<string>();
  /** Of a target that is down: up to where its hints were looked through in this round. */
  readonly #lookedThrough = new Map<string, Uint8Array>();
  readonly #homes: Homes;
  #timer: Timer | undefined;
  #isStopped = false;
  #delivered = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#homes = new Homes(parts.configuration);
    for (const { name } of parts.configuration.members) this.#heardOf.add(name);
    parts.hints.onStored = (target, storageKey) => {
      this.#handOvers.get(target)?.onStored(storageKey);
      this.#arm();
    };
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
    for (const handOver of this.#handOvers.values()) handOver.close();
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
    if (this.#parts.replica.eras.hasMissed) return 'an administrator';
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
    for (const target of [...this.#parts.hints.targets.keys()]) this.#deliver(target);
    for (const [target, handOver] of this.#handOvers) {
      if (this.#parts.hints.targets.has(target) && handOver.peer.isUp) continue;
      handOver.close();
      this.#handOvers.delete(target);
    }
  }

  #deliver(target: string): void {
    if (this.standingOf(target) === 'unknown') return;
    try {
      const peer = this.#peerOf(target);
      if (peer === undefined) this.#lookThrough(target);
      else this.#handOver(target, peer).look();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      this.#parts.world.log.warn('hints cannot be read or written', { target, error: error.message });
    }
  }

  #handOver(target: string, peer: Peer): HandOver {
    const known = this.#handOvers.get(target);
    if (known?.peer === peer) return known;
    known?.close();
    this.#lookedThrough.delete(target);
    const handOver = new HandOver(this.#parts, target, peer, {
      redirected: (hint) => this.#redirected(hint),
      delivered: (count) => {
        this.#delivered += count;
      },
    });
    this.#handOvers.set(target, handOver);
    return handOver;
  }

  /** Not from the beginning each time. */
  #lookThrough(target: string): void {
    const after = this.#lookedThrough.get(target);
    const pages = this.#parts.hints.pages(target, after);
    const page = pages.next(LOOKED_THROUGH_BYTES);
    pages.close();
    const hints = page?.hints ?? [];
    const last = hints.at(-1);
    if (last === undefined) this.#lookedThrough.delete(target);
    else this.#lookedThrough.set(target, last.storageKey);
    if (page === undefined && after === undefined) this.#parts.hints.foundNone(target);
    for (const hint of hints) this.#redirected(hint);
  }

  /** Whether it belongs to others than its target by now. */
  #redirected(hint: Hint): boolean {
    const { topology, replica, hints } = this.#parts;
    const homes = this.#homes.of(topology.ring, hint.storageKey);
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
