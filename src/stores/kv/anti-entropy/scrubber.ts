/**
 * Reads all records over and over, slowly, and counts each leaf anew: a tree that went wrong is put right, and a record that has
 * decayed is found without anyone reading it. It is then missing in its leaf, so that the next exchange brings it back.
 *
 * A step reads some leaves of one tree, and there are no writes between the reading and the correction: a leaf that is found wrong is.
 */
import { leafCount, PARTITION_GEOMETRY } from '../../../protocols/merkle/index.ts';
import type { Timer } from '../../../runtime/world/index.ts';
import { type AntiEntropyParts, READS_FOR_ONE } from './parts.ts';

const LEAVES = leafCount(PARTITION_GEOMETRY);
/** Between two steps: a node with a gibibyte is through in five hours, one with little in some minutes. */
const STEP_MS = 250;
/** Leaves that are read in the first step; then as many as make up a step. */
const FIRST_RUN = 8;
/** Read in one step, about: less than a millisecond, which a request behind it has to wait. */
const STEP_BYTES = 16 * 1024;

export class Scrubber {
  readonly #parts: AntiEntropyParts;
  #timer: Timer | undefined;
  #tree = 0;
  #leaf = 0;
  #run = FIRST_RUN;
  /** Read in the last step. */
  #readBytes = STEP_BYTES;
  /** The trees are not to be trusted before the first pass is done. */
  #isHurried: boolean;

  /** @param isHurried - the trees are new: make the first pass as fast as background work may go. */
  constructor(parts: AntiEntropyParts, isHurried: boolean) {
    this.#parts = parts;
    this.#isHurried = isHurried;
  }

  get isHurried(): boolean {
    return this.#isHurried;
  }

  /** How much of the present pass is done, 0 .. 1. */
  get progress(): number {
    const trees = this.#parts.homes.trees.length;
    return trees === 0 ? 1 : (this.#tree + this.#leaf / LEAVES) / trees;
  }

  start(): void {
    if (this.#parts.isStopped()) return;
    const { world, background } = this.#parts;
    this.#timer = world.timers.after(this.#isHurried && !this.#parts.areHintsComing ? 0 : STEP_MS, () => {
      background.run('scrub', Math.min(STEP_BYTES, this.#readBytes) / READS_FOR_ONE, () => {
        if (this.#parts.isStopped()) return;
        this.#step();
        this.start();
      });
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #step(): void {
    const trees = this.#parts.homes.trees;
    const name = trees[this.#tree];
    if (name === undefined) {
      this.#tree = 0;
      this.#leaf = 0;
      this.#isHurried = false;
      this.#parts.trees.onAllCounted();
      this.#parts.counts.scrubs++;
      return;
    }
    const end = Math.min(this.#leaf + this.#run, LEAVES);
    const leaves: number[] = [];
    while (this.#leaf < end) leaves.push(this.#leaf++);
    const { bytes } = this.#parts.readLeaves(name, leaves);
    this.#readBytes = bytes;
    if (bytes > STEP_BYTES && this.#run > 1) this.#run /= 2;
    else if (bytes < STEP_BYTES / 2 && this.#run < LEAVES) this.#run *= 2;
    if (end < LEAVES) return;
    this.#leaf = 0;
    this.#tree++;
    this.#parts.trees.onCounted(name);
  }
}
