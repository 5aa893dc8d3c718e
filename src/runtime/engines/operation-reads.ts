/** Operations of a generation that are only in the log's file: read one by one, unless they were a moment ago. */
import { neededBytes } from './log-format.ts';
import { RecentReads } from './recent-reads.ts';
import type { WrittenLog } from './written-log.ts';

/** Enough for most operations; a longer one takes a second reading. */
const FIRST_READ_BYTES = 1024;
/** Longer operations get memory of their own. */
const LARGEST_KEPT_BYTES = 64 * 1024;

export class OperationReads {
  readonly #log: WrittenLog;
  readonly #recent = new RecentReads();
  #scratch = new Uint8Array(FIRST_READ_BYTES);
  #bytes: Uint8Array = this.#scratch;

  constructor(log: WrittenLog) {
    this.#log = log;
  }

  /** Where the operation is that was looked at last. Valid until the next one is. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** @returns where in {@link bytes} it begins. @throws QuorateError */
  look(entry: number, position: number, generation: number): number {
    const recent = this.#recent.find(entry);
    if (recent >= 0) {
      this.#bytes = this.#recent.bytes;
      return recent;
    }
    const length = this.#read(position, generation);
    this.#recent.keep(entry, this.#bytes.subarray(0, length));
    return 0;
  }

  /** The entries are others from now on. */
  clear(): void {
    this.#recent.clear();
  }

  /** @returns how long it is. */
  #read(position: number, generation: number): number {
    let target = this.#scratch;
    let wanted = target.length;
    for (;;) {
      const length = this.#log.read(generation, position, target, wanted);
      const needed = neededBytes(target, 0, length);
      this.#bytes = target;
      if (length >= needed) return needed;
      if (length < wanted) throw this.#log.damaged(`the write-ahead log ends after ${length} of ${needed} bytes at ${position}`);
      wanted = needed;
      if (needed > target.length) target = new Uint8Array(needed);
      if (needed <= LARGEST_KEPT_BYTES) this.#scratch = target;
    }
  }
}
