/**
 * Makes a failing plan smaller while it still fails in the same way.
 *
 * Lists (faults, operations) by delta debugging, "ddmin": A. Zeller, R. Hildebrandt, "Simplifying and Isolating Failure-Inducing
 * Input", IEEE TSE 28(2), 2002, figure 4: try each of n chunks alone, then each complement, with ever finer chunks. What it ends
 * with is 1-minimal: no single item can be left out any more. Then single steps (fewer nodes, a shorter run, milder faults) are
 * taken greedily, and all is begun anew until nothing changes or the budget is spent.
 */

/** How a plan can be made smaller. */
export interface Reductions<Plan> {
  /** Lists of which items can be left out. */
  readonly lists: readonly ListReduction<Plan>[];
  /** Plans one step simpler than this one, the boldest step first. */
  simpler(plan: Plan): Iterable<Plan>;
}

export interface ListReduction<Plan> {
  items(plan: Plan): readonly unknown[];
  /** The plan with only those items, given by their places in the list. */
  keep(plan: Plan, places: ReadonlySet<number>): Plan;
}

export interface ShrinkOptions<Plan> {
  readonly reductions: Reductions<Plan>;
  /** Runs the plan. @returns whether it fails in the way that is looked for. */
  readonly fails: (plan: Plan) => boolean | Promise<boolean>;
  /** Plans to try at most. Default 2,000. */
  readonly budget?: number;
  /** Stop with the smallest plan so far, as when the budget is spent. */
  readonly isEnough?: () => boolean;
}

export interface Shrunk<Plan> {
  readonly plan: Plan;
  /** Plans that were tried. */
  readonly tried: number;
  /** Nothing more could be left out; false if the budget was spent first. */
  readonly isMinimal: boolean;
}

const DEFAULT_BUDGET = 2_000;

export async function shrink<Plan>(plan: Plan, options: ShrinkOptions<Plan>): Promise<Shrunk<Plan>> {
  const search = new Search(plan, options);
  await search.run();
  return { plan: search.smallest, tried: search.tried, isMinimal: !search.isSpent };
}

class Search<Plan> {
  smallest: Plan;
  tried = 0;
  readonly #options: ShrinkOptions<Plan>;
  readonly #budget: number;

  constructor(plan: Plan, options: ShrinkOptions<Plan>) {
    this.smallest = plan;
    this.#options = options;
    this.#budget = options.budget ?? DEFAULT_BUDGET;
  }

  get isSpent(): boolean {
    return this.tried >= this.#budget || this.#options.isEnough?.() === true;
  }

  async run(): Promise<void> {
    for (let changed = true; changed && !this.isSpent; ) {
      changed = false;
      for (const list of this.#options.reductions.lists) if (await this.#reduceList(list)) changed = true;
      if (await this.#simplify()) changed = true;
    }
  }

  async #try(plan: Plan): Promise<boolean> {
    if (this.isSpent) return false;
    this.tried++;
    if (!(await this.#options.fails(plan))) return false;
    this.smallest = plan;
    return true;
  }

  /** ddmin. @returns whether anything could be left out. */
  async #reduceList(list: ListReduction<Plan>): Promise<boolean> {
    const before = list.items(this.smallest).length;
    // Often none of them matters at all.
    if (before === 0 || (await this.#try(list.keep(this.smallest, new Set())))) return before > 0;
    for (let chunks = Math.min(2, before); !this.isSpent; ) {
      const count = list.items(this.smallest).length;
      const reduced = await this.#reduceByChunks(list, count, chunks);
      if (reduced === 'to-chunk') chunks = 2;
      else if (reduced === 'to-complement') chunks = Math.max(2, chunks - 1);
      else if (chunks >= count) break;
      else chunks = Math.min(count, 2 * chunks);
    }
    return list.items(this.smallest).length < before;
  }

  async #reduceByChunks(
    list: ListReduction<Plan>,
    count: number,
    chunks: number,
  ): Promise<'to-chunk' | 'to-complement' | undefined> {
    const plan = this.smallest;
    if (count < 2) return undefined;
    const bounds = Array.from({ length: chunks + 1 }, (_unused, index) => Math.floor((index * count) / chunks));
    const inChunk = (chunk: number, place: number): boolean =>
      place >= (bounds[chunk] as number) && place < (bounds[chunk + 1] as number);
    const places = Array.from({ length: count }, (_unused, place) => place);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const kept = new Set(places.filter((place) => inChunk(chunk, place)));
      if (await this.#try(list.keep(plan, kept))) return 'to-chunk';
    }
    // With two chunks each complement is the other chunk.
    if (chunks === 2) return undefined;
    for (let chunk = chunks - 1; chunk >= 0; chunk--) {
      const kept = new Set(places.filter((place) => !inChunk(chunk, place)));
      if (await this.#try(list.keep(plan, kept))) return 'to-complement';
    }
    return undefined;
  }

  async #simplify(): Promise<boolean> {
    let changed = false;
    for (let found = true; found && !this.isSpent; ) {
      found = false;
      for (const simpler of this.#options.reductions.simpler(this.smallest)) {
        if (await this.#try(simpler)) {
          found = true;
          changed = true;
          break;
        }
      }
    }
    return changed;
  }
}
