/** All ways between processes, each made when it is first used. */
import { Distances } from './distances.ts';
import { CALM_NETWORK, checkFaults, Path, type PathFaults } from './path.ts';
import type { SeededRandom } from './random.ts';
import { toMicroseconds } from './scheduler.ts';

export class Ways {
  readonly #random: SeededRandom;
  readonly #paths = new Map<string, Map<string, Path>>();
  #faults: PathFaults = CALM_NETWORK;
  #distances = new Distances(() => undefined, {});

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The way from one process to another. */
  path(from: string, to: string): Path {
    const known = this.#paths.get(from)?.get(to);
    if (known !== undefined) return known;
    const path = new Path(from, to, this.#random.fork(`${from}>${to}`), this.#faults);
    this.#place(path);
    const paths = this.#paths.get(from);
    if (paths === undefined) this.#paths.set(from, new Map([[to, path]]));
    else paths.set(to, path);
    return path;
  }

  *all(): Iterable<Path> {
    for (const paths of this.#paths.values()) yield* paths.values();
  }

  /** @throws RangeError naming the setting that is out of its range. */
  setFaults(faults: Partial<PathFaults>): void {
    this.#faults = checkFaults({ ...this.#faults, ...faults });
    for (const path of this.all()) path.faults = this.#faults;
  }

  setDistances(distances: Distances): void {
    this.#distances = distances;
    for (const path of this.all()) this.#place(path);
  }

  #place(path: Path): void {
    path.distance = toMicroseconds(this.#distances.between(path.from, path.to));
  }
}
