/**
 * A MariaDB server of the tests' own: its data in a folder of its own, reached by a Unix socket in it and by nothing else. With
 * `QUORATE_MARIADB=required` a machine without the server fails instead of skipping.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DatabaseAddress } from './connection.ts';

const SERVERS = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/libexec/mariadbd', '/opt/homebrew/opt/mariadb/bin/mariadbd'];
const server = SERVERS.find(existsSync);

/** Why there is no server; `undefined` if there is one. */
export const withoutMariadb: string | undefined =
  server === undefined ? "MariaDB is not installed (Debian's mariadb-server has it)" : undefined;

if (process.env['QUORATE_MARIADB'] === 'required' && withoutMariadb !== undefined) throw new Error(withoutMariadb);

const START_LIMIT_MS = 30_000;
const STEP_MS = 50;
const DATABASE = 'quorate';

export class TestMariadb {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(options: readonly string[] = []): Promise<TestMariadb> {
    const folder = await mkdtemp(`${tmpdir()}/quorate-mariadb-`);
    const own = new TestMariadb(folder);
    const install = ['--no-defaults', `--datadir=${folder}/data`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await promisify(execFile)('mariadb-install-db', [...install, ...asUser()]);
    await own.run(options);
    return own;
  }

  /** The server, on the same data as before. */
  async run(options: readonly string[] = []): Promise<void> {
    if (server === undefined) throw new Error(withoutMariadb);
    const log = `--log-error=${this.#folder}/log`;
    const settings = ['--no-defaults', `--datadir=${this.#folder}/data`, `--socket=${this.#socket}`, '--skip-networking', log];
    const own = spawn(server, [...settings, ...asUser(), ...options], { stdio: 'ignore' });
    this.#process = own;
    const { createConnection } = await import('mysql2/promise');
    for (let waited = 0; waited < START_LIMIT_MS; waited += STEP_MS) {
      try {
        const client = await createConnection({ socketPath: this.#socket, user: 'root' });
        await client.query(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
        await client.end();
        return;
      } catch (error) {
        if (own.exitCode !== null) throw error;
        await setTimeout(STEP_MS);
      }
    }
    throw new Error('MariaDB does not answer');
  }

  get #socket(): string {
    return `${this.#folder}/socket`;
  }

  get address(): DatabaseAddress {
    return { at: { socket: this.#socket }, user: 'root', password: '', database: DATABASE };
  }

  async query(sql: string): Promise<unknown> {
    const { createConnection } = await import('mysql2/promise');
    const client = await createConnection({ socketPath: this.#socket, user: 'root', database: DATABASE });
    try {
      const [rows] = await client.query(sql);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** As a power failure of its process: nothing is tidied up. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const own = this.#process;
    if (own === undefined || own.exitCode !== null || own.signalCode !== null) return;
    const ended = new Promise((resolve) => own.once('exit', resolve));
    own.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The server refuses to be root's without being told. */
function asUser(): string[] {
  const { uid, username } = userInfo();
  return uid === 0 ? [`--user=${username}`] : [];
}
