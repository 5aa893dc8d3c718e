/**
 * The graph of states as far as it is needed to judge infinite runs: who steps where, by an action of which fairness classes, and
 * which of the properties hold in which state. Kept in words, three an edge.
 */
import { GrowableWords } from './growable-words.ts';
import type { Fairness } from './model.ts';
import type { Entry } from './state-table.ts';

/** The target of a step that leaves the bounds of the model. */
export const BEYOND_BOUNDS = -2;

/** The mark of a state from which no step is possible. Properties have the lower bits. */
export const ENDS = 1 << 30;

/** To which fairness classes an action belongs. */
export interface Label {
  readonly weak: string | undefined;
  readonly strong: string | undefined;
}

/** What one thread has recorded; travels as it is. */
export interface RecordedSteps {
  /** Source, target, label; source by source. */
  readonly edges: Int32Array<ArrayBuffer>;
  /** Entry, bits; an entry may come twice, its bits add up. */
  readonly marks: Int32Array<ArrayBuffer>;
  readonly labels: readonly Label[];
}

export class StepRecorder<Action> {
  readonly #fairness: Fairness<Action>;
  readonly #edges = new GrowableWords();
  readonly #marks = new GrowableWords();
  readonly #labels: Label[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(fairness: Fairness<Action> = {}) {
    this.#fairness = fairness;
  }

  /** Where to go back to if the steps of a state must be recorded anew. */
  get length(): number {
    return this.#edges.length;
  }

  goBack(length: number): void {
    this.#edges.truncate(length);
  }

  step(source: Entry, target: Entry, action: Action): void {
    this.#edges.push(source);
    this.#edges.push(target);
    this.#edges.push(this.#numberOf({ weak: this.#fairness.weak?.(action), strong: this.#fairness.strong?.(action) }));
  }

  mark(entry: Entry, bits: number): void {
    if (bits === 0) return;
    this.#marks.push(entry);
    this.#marks.push(bits);
  }

  recorded(): RecordedSteps {
    return { edges: this.#edges.view().slice(), marks: this.#marks.view().slice(), labels: this.#labels };
  }

  #numberOf(label: Label): number {
    const key = keyOf(label);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#labels.length);
    return this.#labels.push(label) - 1;
  }
}

export class StepGraph {
  readonly size: number;
  readonly labels: readonly Label[];
  /** Of each state: where its edges begin; one more at the end. */
  readonly firstEdge: Int32Array;
  readonly targets: Int32Array;
  readonly labelOf: Int32Array;
  readonly marks: Int32Array;

  /** @param size - how many states there are. */
  constructor(size: number, recordings: readonly RecordedSteps[]) {
    this.size = size;
    this.labels = [...new Map(recordings.flatMap(({ labels }) => labels.map((label) => [keyOf(label), label]))).values()];
    const numbers = new Map(this.labels.map((label, number) => [keyOf(label), number]));
    this.marks = new Int32Array(size);
    this.firstEdge = new Int32Array(size + 1);
    for (const { edges, marks } of recordings) {
      for (let at = 0; at < marks.length; at += 2) this.#mark(marks[at] ?? 0, marks[at + 1] ?? 0);
      for (let at = 0; at < edges.length; at += 3) this.#count(edges[at] ?? 0);
    }
    for (let state = 0; state < size; state++) this.firstEdge[state + 1] = this.#first(state) + this.#first(state + 1);
    const count = this.#first(size);
    this.targets = new Int32Array(count);
    this.labelOf = new Int32Array(count);
    const free = this.firstEdge.slice(0, size);
    for (const { edges, labels } of recordings) {
      const renumbered = labels.map((label) => numbers.get(keyOf(label)) ?? 0);
      for (let at = 0; at < edges.length; at += 3) {
        const source = edges[at] ?? 0;
        const place = free[source] ?? 0;
        free[source] = place + 1;
        this.targets[place] = edges[at + 1] ?? 0;
        this.labelOf[place] = renumbered[edges[at + 2] ?? 0] ?? 0;
      }
    }
  }

  #first(state: number): number {
    return this.firstEdge[state] ?? 0;
  }

  #mark(state: number, bits: number): void {
    this.marks[state] = (this.marks[state] ?? 0) | bits;
  }

  #count(source: number): void {
    this.firstEdge[source + 1] = this.#first(source + 1) + 1;
  }

  /** The steps of a state, in the order in which they were recorded. */
  *steps(state: Entry): Iterable<{ readonly target: Entry; readonly label: Label; readonly labelNumber: number }> {
    const end = this.#first(state + 1);
    for (let edge = this.#first(state); edge < end; edge++) {
      const labelNumber = this.labelOf[edge] ?? 0;
      const label = this.labels[labelNumber];
      if (label !== undefined) yield { target: this.targets[edge] ?? BEYOND_BOUNDS, label, labelNumber };
    }
  }
}

function keyOf({ weak, strong }: Label): string {
  return JSON.stringify([weak, strong]);
}
