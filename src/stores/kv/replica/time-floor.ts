/**
 * The latest timestamp among the deletions that this node has forgotten. Under `latest` a deletion wins over writes of earlier timestamps. Whoever
 * writes the key anew, after it was forgotten here, writes later than that: another home that has not forgotten it yet, or brings it
 * back after a crash, would else beat the new value with it wherever clocks differ.
 */
import { Reader, Writer } from '../../../runtime/bytes/index.ts';
import type { Engine, Operation } from '../../../runtime/world/index.ts';

/** In the engine's meta space (0x00). */
const FLOOR_KEY = Uint8Array.from([0x00, ...Buffer.from('kv/time-floor')]);

export class TimeFloor {
  #latest: number;

  constructor(engine: Engine) {
    const stored = engine.get(FLOOR_KEY);
    this.#latest = stored === undefined ? 0 : new Reader(stored).u48();
  }

  /** The least timestamp that a new write may have. */
  get value(): number {
    return this.#latest + 1;
  }

  /** A deletion of that time is about to be forgotten. @returns what has to be stored with it. */
  raise(timestamp: number): readonly Operation[] {
    if (timestamp <= this.#latest) return [];
    this.#latest = timestamp;
    return [{ key: FLOOR_KEY, value: new Writer(6).u48(timestamp).copy() }];
  }
}
