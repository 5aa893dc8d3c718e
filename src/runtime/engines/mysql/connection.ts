/** The one connection of an engine to its database server. */
import type { Connection, ConnectionOptions } from 'mysql2/promise';
import { connectFailure } from './database-errors.ts';

export interface DatabaseAddress {
  /** A Unix socket's path, or host and port. */
  readonly at: { readonly socket: string } | { readonly host: string; readonly port: number };
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface DatabaseConnection {
  /** For messages. */
  readonly place: string;
  readonly client: Connection;
  /** Without saying goodbye. */
  destroy(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** @throws QuorateError `database-unreachable`, `database-refused` */
export async function connectDatabase({ at, user, password, database }: DatabaseAddress): Promise<DatabaseConnection> {
  const place = 'socket' in at ? at.socket : `${at.host}:${at.port}`;
  const where: ConnectionOptions = 'socket' in at ? { socketPath: at.socket } : { host: at.host, port: at.port };
  const options: ConnectionOptions = { ...where, user, password, database, connectTimeout: CONNECT_TIMEOUT_MS };
  const { createConnection } = await import('mysql2/promise');
  try {
    const client = await createConnection(options);
    // An end that nobody waits for is found out by the next transaction, which then fails: the lock of the table is gone by then.
    client.on('error', () => undefined);
    return { place, client, destroy: () => client.destroy() };
  } catch (error) {
    throw connectFailure(place, error);
  }
}
