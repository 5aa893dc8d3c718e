/** Failure detectors of a whole cluster in virtual time of whole milliseconds, with loss, cuts, crashes and nodes that stall. */
import { Reader, Writer } from '../../runtime/bytes/index.ts';
import { type NodeName, nodeName, randomSequence } from '../ring/index.ts';
import { nextTime, onDelay, onMessage, onTime, setMembers, startDetector } from './detector.ts';
import { readProbeMessage, writeProbeMessage } from './message.ts';
import type { DetectorOptions } from './options.ts';
import type { DetectorEffects, DetectorState } from './state.ts';
import type { Standing } from './update.ts';

export interface Judgement {
  readonly at: number;
  readonly by: NodeName;
  readonly node: NodeName;
  readonly standing: Standing;
}

interface Node {
  readonly name: NodeName;
  state: DetectorState;
  isUp: boolean;
  /** Until then it does nothing; what comes waits. */
  stalledUntil: number;
  wakes: number;
  bytesSent: number;
}

const DELAY_NOTICED_MS = 100;
const SLOWEST_MS = 20;

export class Detectors {
  readonly nodes = new Map<NodeName, Node>();
  readonly judgements: Judgement[] = [];
  now = 0;
  /** Messages lost, of a hundred. */
  lossPercent = 0;
  canTalk: (a: NodeName, b: NodeName) => boolean = () => true;
  readonly #events = new Map<number, (() => void)[]>();
  readonly #random: () => number;

  constructor(count: number, seed: number, options: Partial<DetectorOptions> = {}) {
    this.#random = randomSequence(seed);
    const names = Array.from({ length: count }, (_unused, index) => nodeName(`n${index}`));
    for (const name of names) {
      const state = startDetector(name, this.#random(), 0, options);
      setMembers(state, names, 0);
      const node: Node = { name, state, isUp: true, stalledUntil: 0, wakes: Number.POSITIVE_INFINITY, bytesSent: 0 };
      this.nodes.set(name, node);
      this.#schedule(node);
    }
  }

  node(name: string): Node {
    const node = this.nodes.get(nodeName(name));
    if (node === undefined) throw new Error(`no node ${name}`);
    return node;
  }

  /** From 0 to bound - 1. */
  below(bound: number): number {
    return this.#random() % bound;
  }

  after(delayMs: number, event: () => void): void {
    const at = this.now + Math.max(0, Math.ceil(delayMs));
    const events = this.#events.get(at);
    if (events === undefined) this.#events.set(at, [event]);
    else events.push(event);
  }

  runFor(durationMs: number, until: () => boolean = () => false): void {
    const end = this.now + durationMs;
    for (; this.now < end && !until(); this.now++) {
      const events = this.#events.get(this.now) ?? [];
      // Events may add others of the same time behind.
      for (const event of events) event();
      this.#events.delete(this.now);
    }
  }

  standing(of: string, by: string): Standing | undefined {
    return this.node(by).state.opinions.get(nodeName(of))?.standing;
  }

  /** Whether all that are up hold the node so. */
  allHold(of: string, standing: Standing): boolean {
    return [...this.nodes.values()].every((node) => !node.isUp || node.name === of || this.standing(of, node.name) === standing);
  }

  #schedule(node: Node): void {
    const due = Math.max(this.now, Math.ceil(nextTime(node.state)));
    if (due >= node.wakes) return;
    node.wakes = due;
    this.after(due - this.now, () => this.#wake(node, due));
  }

  #wake(node: Node, due: number): void {
    if (!node.isUp || node.wakes !== due) return;
    if (node.stalledUntil > this.now) {
      this.after(node.stalledUntil - this.now, () => this.#wake(node, due));
      return;
    }
    node.wakes = Number.POSITIVE_INFINITY;
    if (this.now - due >= DELAY_NOTICED_MS) onDelay(node.state, this.now - due);
    const effects: DetectorEffects = [];
    onTime(node.state, this.now, effects);
    this.#carryOut(node, effects);
  }

  #receive(node: Node, from: NodeName, bytes: Uint8Array): void {
    if (!node.isUp) return;
    if (node.stalledUntil > this.now) {
      // Behind the timers, as an event loop has it.
      this.after(node.stalledUntil - this.now + 1, () => this.#receive(node, from, bytes));
      return;
    }
    const effects: DetectorEffects = [];
    onMessage(node.state, from, readProbeMessage(new Reader(bytes)), this.now, effects);
    this.#carryOut(node, effects);
  }

  #carryOut(node: Node, effects: DetectorEffects): void {
    for (const effect of effects) {
      if (effect.kind === 'judged') {
        this.judgements.push({ at: this.now, by: node.name, node: effect.node, standing: effect.standing });
        continue;
      }
      const writer = new Writer();
      writeProbeMessage(writer, effect.message);
      node.bytesSent += writer.length;
      const to = this.node(effect.to);
      if (this.below(100) < this.lossPercent || !this.canTalk(node.name, to.name)) continue;
      this.after(1 + this.below(SLOWEST_MS), () => this.#receive(to, node.name, writer.view()));
    }
    this.#schedule(node);
  }
}
