/** The last repairs that this node made or had made, in memory: for people who ask what happened to a key. */
import { equalBytes } from '../../../runtime/bytes/index.ts';

export interface RepairEntry {
  /** Wall time in milliseconds. */
  readonly at: number;
  readonly storageKey: Uint8Array;
  /** Whom the newer state was sent to. */
  readonly node: string;
}

const KEPT = 1_024;

export class RepairJournal {
  readonly #entries: RepairEntry[] = [];
  #next = 0;

  note(at: number, storageKey: Uint8Array, node: string): void {
    this.#entries[this.#next] = { at, storageKey, node };
    this.#next = (this.#next + 1) % KEPT;
  }

  /** Of a key, the oldest first. */
  of(storageKey: Uint8Array): readonly RepairEntry[] {
    return this.#entries.filter((entry) => equalBytes(entry.storageKey, storageKey)).sort((a, b) => a.at - b.at);
  }
}
