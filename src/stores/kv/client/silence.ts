/**
 * Which nodes have stopped answering although their links are open: paused, choked, or cut off from the other nodes.
 *
 * Intuition: time limits belong to requests, and are long; a client that waits them out again and again at the same node serves its
 * caller at a crawl while the other nodes are well. So whoever has requests and answers none for {@link PROBE_AT} steps is asked
 * something small, and so are the others; who still says nothing at {@link SILENT_AT}, while another does answer, counts as silent: nothing
 * new is sent there, and reads that wait there are asked elsewhere. Any answer ends it. The questions are reads that the node has to
 * coordinate, so a node that hears its clients but not its peers is found too.
 *
 * Only while requests are under way, and a timer for all nodes: nothing of it is on the path of a request but setting a mark.
 */
import type { Timers } from '../../../runtime/world/index.ts';

const STEP_MS = 100;
const PROBE_AT = 2;
const SILENT_AT = 4;
/** A silent node is asked again after so many steps. */
const AGAIN_AFTER = 5;
/** Who answered within so many steps is well. */
const WELL_WITHIN = 3;

/** What is known of one node; kept by whoever owns the link. */
export class Attention {
  /** Nothing should be sent there as long as there are others. */
  isSilent = false;
  heard = false;
  /** Steps in which requests were under way and none was answered. */
  quiet = 0;
  /** Steps since the last answer. */
  sinceHeard = Number.POSITIVE_INFINITY;
  sinceProbe = Number.POSITIVE_INFINITY;
}

export interface Listened {
  readonly attention: Attention;
  /** Requests without an answer. */
  readonly underWay: number;
}

export interface SilenceOptions<Node extends Listened> {
  readonly timers: Timers;
  /** The nodes with an open link. */
  readonly nodes: () => readonly Node[];
  /** Ask something small; an answer is told by {@link Attention.heard}. */
  readonly probe: (node: Node) => void;
  readonly onSilent: (node: Node) => void;
}

export class SilenceWatch<Node extends Listened> {
  readonly #options: SilenceOptions<Node>;
  #isArmed = false;

  constructor(options: SilenceOptions<Node>) {
    this.#options = options;
  }

  /** A request goes out. */
  begin(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    this.#options.timers.after(STEP_MS, () => this.#step());
  }

  #step(): void {
    this.#isArmed = false;
    const nodes = this.#options.nodes();
    for (const node of nodes) listen(node);
    if (nodes.some(({ attention }) => attention.quiet === PROBE_AT)) for (const node of nodes) this.#probe(node);
    for (const node of nodes) {
      const { attention } = node;
      if (attention.isSilent) {
        if (attention.sinceProbe >= AGAIN_AFTER) this.#probe(node);
      } else if (attention.quiet >= SILENT_AT && nodes.some((other) => isWell(other))) {
        attention.isSilent = true;
        this.#options.onSilent(node);
      }
    }
    if (nodes.some(({ attention, underWay }) => attention.isSilent || underWay > 0)) this.begin();
  }

  #probe(node: Node): void {
    node.attention.sinceProbe = 0;
    this.#options.probe(node);
  }
}

function listen({ attention, underWay }: Listened): void {
  attention.sinceHeard++;
  attention.sinceProbe++;
  if (attention.heard) {
    attention.isSilent = false;
    attention.sinceHeard = 0;
  }
  attention.quiet = attention.heard || underWay === 0 ? 0 : attention.quiet + 1;
  attention.heard = false;
}

function isWell({ attention }: Listened): boolean {
  return !attention.isSilent && attention.sinceHeard <= WELL_WITHIN;
}
