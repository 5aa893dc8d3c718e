/**
 * The table of one node: keys and values as bytes, in the order of the keys.
 *
 * | column | type            |                                              |
 * |--------|-----------------|----------------------------------------------|
 * | k      | VARBINARY(1536) | primary key; compared byte by byte, unpadded |
 * | v      | LONGBLOB        |                                              |
 *
 * Invariants: one process at a time uses it, by a lock that the server keeps as long as the connection lives; all writes go over
 * that same connection, so that whoever lost the lock cannot write either.
 */
import type { RowDataPacket } from 'mysql2/promise';
import type { QuorateError } from '../../errors/index.ts';
import type { Backing } from '../backed-engine.ts';
import { MAX_KEY_BYTES, type Operation } from '../engine.ts';
import type { DatabaseConnection } from './connection.ts';
import { databaseUnsuitable, dataTooLarge, statementFailure, tableInUse } from './database-errors.ts';

/** Rows per statement: few different statements, which the server then has prepared. */
const ROWS = [64, 8, 1] as const;
/** A statement of several rows has no more, so that it fits a packet. */
const STATEMENT_BYTES = 1024 * 1024;
/** Of the server's `max_allowed_packet`: the greatest record and its statement. */
const LEAST_PACKET_BYTES = 16 * 1024 * 1024;
/** The server ends a connection that is silent for longer; the longest it takes. */
const WAIT_TIMEOUT_SECONDS = 31_536_000;
/** So long after its holder's end the server may need to notice it. */
const LOCK_SECONDS = 2;
/** Rows per query while loading. */
const PAGE_ROWS = 1000;

export class Table implements Backing {
  readonly #connection: DatabaseConnection;
  readonly #name: string;
  readonly #quoted: string;

  constructor(connection: DatabaseConnection, name: string) {
    this.#connection = connection;
    this.#name = name;
    this.#quoted = `\`${name}\``;
  }

  /** See that the server suits, make the table if it is missing, and keep all others from it. */
  async claim(mostBytes: number): Promise<void> {
    const { place } = this.#connection;
    const [settings] = await this.#rows('SELECT @@innodb_flush_log_at_trx_commit AS sync, @@max_allowed_packet AS packet');
    const sync = String(settings?.['sync']);
    if (sync !== '1') throw databaseUnsuitable(place, 'innodb_flush_log_at_trx_commit', sync, '1: else a commit is not durable');
    const packet = Number(settings?.['packet']);
    if (packet < LEAST_PACKET_BYTES)
      throw databaseUnsuitable(place, 'max_allowed_packet', String(packet), `at least ${LEAST_PACKET_BYTES}`);
    const [lock] = await this.#rows(`SELECT GET_LOCK(LEFT(CONCAT(DATABASE(), ?, ?), 64), ${LOCK_SECONDS}) AS taken`, [
      '/',
      this.#name,
    ]);
    if (Number(lock?.['taken']) !== 1) throw tableInUse(place, this.#name);
    await this.#execute(`SET SESSION wait_timeout = ${WAIT_TIMEOUT_SECONDS}`);
    await this.#execute(
      `CREATE TABLE IF NOT EXISTS ${this.#quoted} (k VARBINARY(${MAX_KEY_BYTES}) NOT NULL PRIMARY KEY, v LONGBLOB NOT NULL)
        ENGINE=InnoDB ROW_FORMAT=DYNAMIC`,
    );
    const [size] = await this.#rows(`SELECT COALESCE(SUM(LENGTH(k) + LENGTH(v)), 0) AS bytes FROM ${this.#quoted}`);
    const bytes = Number(size?.['bytes']);
    if (bytes > mostBytes) throw dataTooLarge(place, this.#name, bytes, mostBytes);
  }

  /** All rows, in the order of the keys. */
  async load(row: (key: Uint8Array, value: Uint8Array) => void): Promise<void> {
    let last: Buffer = Buffer.of();
    for (;;) {
      const page = await this.#rows(`SELECT k, v FROM ${this.#quoted} WHERE k > ? ORDER BY k LIMIT ${PAGE_ROWS}`, [last]);
      for (const { k, v } of page) {
        if (!Buffer.isBuffer(k) || !Buffer.isBuffer(v))
          throw databaseUnsuitable(this.#connection.place, `table ${this.#name}`, 'no bytes', 'one that Quorate made');
        row(k, v);
        last = k;
      }
      if (page.length < PAGE_ROWS) return;
    }
  }

  store(operations: readonly Operation[], onDurable: (error?: QuorateError) => void): void {
    this.#transaction(operations).then(
      () => onDurable(),
      (error: unknown) => {
        // Whether it was committed is not known, and it must not come true later.
        this.#connection.destroy();
        onDurable(statementFailure(this.#connection.place, error));
      },
    );
  }

  async #transaction(operations: readonly Operation[]): Promise<void> {
    await this.#execute('START TRANSACTION');
    const kept = operations.filter(({ value }) => value !== undefined);
    for (const rows of statements(kept)) {
      const places = new Array(rows.length).fill('(?, ?)').join(', ');
      const values = rows.flatMap(({ key, value }) => [bufferOf(key), bufferOf(value ?? key)]);
      await this.#execute(`INSERT INTO ${this.#quoted} (k, v) VALUES ${places} ON DUPLICATE KEY UPDATE v = VALUES(v)`, values);
    }
    const removed = operations.filter(({ value }) => value === undefined);
    for (const rows of statements(removed)) {
      const places = new Array(rows.length).fill('?').join(', ');
      const keys = rows.map(({ key }) => bufferOf(key));
      await this.#execute(`DELETE FROM ${this.#quoted} WHERE k IN (${places})`, keys);
    }
    await this.#execute('COMMIT');
  }

  async close(): Promise<void> {
    try {
      await this.#execute('DO RELEASE_ALL_LOCKS()');
      await this.#connection.client.end();
    } catch {
      // It is closed, then: a transaction that failed has ended the connection, and has told so.
      this.#connection.destroy();
    }
  }

  async #rows(sql: string, values: (string | Buffer)[] = []): Promise<RowDataPacket[]> {
    try {
      const [rows] = await this.#connection.client.execute<RowDataPacket[]>(sql, values);
      return rows;
    } catch (error) {
      throw statementFailure(this.#connection.place, error);
    }
  }

  async #execute(sql: string, values?: Buffer[]): Promise<void> {
    if (values === undefined) await this.#connection.client.query(sql);
    else await this.#connection.client.execute(sql, values);
  }
}

/** Cut into statements of few different numbers of rows, none of several rows too long. */
export function statements(operations: readonly Operation[]): (readonly Operation[])[] {
  const cut: (readonly Operation[])[] = [];
  for (let index = 0; index < operations.length; ) {
    const left = operations.length - index;
    const rows = ROWS.find((count) => count <= left && bytesOf(operations, index, count) <= STATEMENT_BYTES) ?? 1;
    cut.push(operations.slice(index, index + rows));
    index += rows;
  }
  return cut;
}

function bytesOf(operations: readonly Operation[], from: number, count: number): number {
  let bytes = 0;
  for (const { key, value } of operations.slice(from, from + count)) bytes += key.length + (value?.length ?? 0);
  return bytes;
}

/** The same bytes: the driver knows Node's buffers only. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
