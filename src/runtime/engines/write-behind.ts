/** The engine `memory` of a node: reads and acknowledges from memory, and keeps everything in LMDB behind it. */

import { QuorateError } from '../errors/index.ts';
import type { Timers } from '../world/index.ts';
import { BackedEngine, type Backing } from './backed-engine.ts';
import { type Engine, MAX_KEY_BYTES, type Operation } from './engine.ts';
import { commitFailure } from './engine-errors.ts';
import { openLmdbEngine } from './lmdb.ts';
import { OrderedMap } from './ordered-map.ts';
import type { OnSync } from './write-ahead-log.ts';

export interface WriteBehindOptions {
  /** Where LMDB's files are; made if missing. One process at a time may use it. */
  readonly directory: string;
  readonly timers: Pick<Timers, 'soon' | 'after'>;
  /** For so long a lazy write may be in memory only. Default 1 s. */
  readonly holdMs?: number;
  /** Of LMDB's log. */
  readonly onSync?: OnSync;
}

const HOLD_MS = 1000;
const HOLD_BYTES = 16 * 1024 * 1024;
const EVERYTHING = { from: new Uint8Array(), to: new Uint8Array(MAX_KEY_BYTES + 1).fill(0xff) };

/** All data are read into memory first. @throws QuorateError as {@link openLmdbEngine} does. */
export async function openWriteBehindEngine({ directory, timers, holdMs, onSync }: WriteBehindOptions): Promise<Engine> {
  const store = await openLmdbEngine({ directory, ...(onSync && { onSync }) });
  const map = new OrderedMap();
  try {
    for (const { key, value } of store.range(EVERYTHING)) map.set(key, value);
  } catch (error) {
    await store.close();
    throw error;
  }
  const backing: Backing = {
    store(operations: readonly Operation[], onDurable) {
      store.write(operations, (error) => {
        if (error === undefined) onDurable();
        else onDurable(error instanceof QuorateError ? error : commitFailure(directory, error));
      });
    },
    close: () => store.close(),
  };
  return new BackedEngine({ map, backing, timers, holdMs: holdMs ?? HOLD_MS, holdBytes: HOLD_BYTES });
}
