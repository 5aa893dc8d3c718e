/**
 * A node's data in a table of MariaDB or MySQL. Stores read synchronously and a server cannot be asked so, hence all data are in
 * memory as well, where they are read; the server has every write before it is acknowledged as durable. So it suits those who want
 * their data where the rest of their tables are, and backed up like them, and not those with more data than memory.
 */
import type { Timers } from '../../world/index.ts';
import { BackedEngine } from '../backed-engine.ts';
import type { Engine } from '../engine.ts';
import { OrderedMap } from '../ordered-map.ts';
import { connectDatabase, type DatabaseAddress } from './connection.ts';
import { Table } from './table.ts';

export interface MysqlEngineOptions {
  readonly address: DatabaseAddress;
  /** Of this node alone; made if it is missing. 1 to 64 characters, none of them a backtick. */
  readonly table: string;
  readonly timers: Pick<Timers, 'soon' | 'after'>;
  /** Keys and values of the table, in bytes, at most: all of them are read into memory. Default 1 GiB. */
  readonly mostBytes?: number;
}

const MOST_BYTES = 1024 ** 3;
const HOLD_MS = 1000;
const HOLD_BYTES = 16 * 1024 * 1024;

/**
 * @throws QuorateError `database-unreachable`, `database-refused`, `database-unsuitable`, `table-in-use`, `data-too-large`,
 *   `database-failed`.
 */
export async function openMysqlEngine({ address, table: name, timers, mostBytes }: MysqlEngineOptions): Promise<Engine> {
  const connection = await connectDatabase(address);
  try {
    const table = new Table(connection, name);
    await table.claim(mostBytes ?? MOST_BYTES);
    const map = new OrderedMap();
    await table.load((key, value) => map.set(key, value));
    return new BackedEngine({ map, backing: table, timers, holdMs: HOLD_MS, holdBytes: HOLD_BYTES });
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
