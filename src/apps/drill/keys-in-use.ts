import type { Random } from '../../runtime/world/index.ts';

export interface KeysInUseOptions {
  /** At a time. */
  readonly count: number;
  /** After so many another takes its place. */
  readonly usesPerKey: number;
  nameOf(serial: number): string;
}

/** A few keys in use at a time, each given up after some uses, and what has ever been in use. */
export class KeysInUse {
  readonly #options: KeysInUseOptions;
  readonly #active: string[] = [];
  readonly #uses = new Map<string, number>();

  constructor(options: KeysInUseOptions) {
    this.#options = options;
    for (let place = 0; place < options.count; place++) this.#renew(place);
  }

  /** That were ever in use. */
  get all(): readonly string[] {
    return [...this.#uses.keys()];
  }

  pick(random: Pick<Random, 'below'>): string {
    return this.#active[random.below(this.#active.length)] ?? '';
  }

  used(key: string): void {
    const uses = (this.#uses.get(key) ?? 0) + 1;
    this.#uses.set(key, uses);
    const place = this.#active.indexOf(key);
    if (uses === this.#options.usesPerKey && place >= 0) this.#renew(place);
  }

  #renew(place: number): void {
    const key = this.#options.nameOf(this.#uses.size);
    this.#uses.set(key, 0);
    this.#active[place] = key;
  }
}
