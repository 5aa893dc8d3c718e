/**
 * A node's data in a table of MariaDB or MySQL. Stores read synchronously and a server cannot be asked so, hence all data are in
 * memory as well, where they are read; the server has every write before it is acknowledged as durable. So it suits those who want
 * their data where the rest of their tables are, and backed up like them, and not those with more data than memory.
 */
import type { Timers } from '../../world/index.ts';
import { BackedEngine, type Backing } from '../backed-engine.ts';
import type { Engine } from '../engine.ts';
import { OrderedMap } from '../ordered-map.ts';
import type { OnSync } from '../write-ahead-log.ts';
import { connectDatabase, type DatabaseAddress } from './connection.ts';
import { Table } from './table.ts';

export interface MysqlEngineOptions {
  readonly address: DatabaseAddress;
  /** Of this node alone; made if it is missing. 1 to 64 characters, none of them a backtick. */
  readonly table: string;
  readonly timers: Pick<Timers, 'soon' | 'after'>;
  /** Keys and values of the table, in bytes, at most: all of them are read into memory. Default 1 GiB. */
  readonly mostBytes?: number;
  /** How long the server took for each transaction. */
  readonly onSync?: OnSync;
}

const MOST_BYTES = 1024 ** 3;
const HOLD_MS = 1000;
const HOLD_BYTES = 16 * 1024 * 1024;

/**
 * @throws QuorateError `database-unreachable`, `database-refused`, `database-unsuitable`, `table-in-use`, `data-too-large`,
 *   `database-failed`.
 */
export async function openMysqlEngine(options: MysqlEngineOptions): Promise<Engine> {
  const { address, table: name, timers, mostBytes, onSync } = options;
  const connection = await connectDatabase(address);
  try {
    const table = new Table(connection, name);
    await table.claim(mostBytes ?? MOST_BYTES);
    const map = new OrderedMap();
    await table.load((key, value) => map.set(key, value));
    const backing = onSync === undefined ? table : timed(table, onSync);
    return new BackedEngine({ map, backing, timers, holdMs: HOLD_MS, holdBytes: HOLD_BYTES });
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function timed(backing: Backing, onSync: OnSync): Backing {
  return {
    store(operations, onDurable) {
      const began = performance.now();
      backing.store(operations, (error) => {
        if (error === undefined) onSync(performance.now() - began);
        onDurable(error);
      });
    },
    close: () => backing.close(),
  };
}
