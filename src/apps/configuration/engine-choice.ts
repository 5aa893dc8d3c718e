/** Where a node keeps its data, as the configuration says it: `"lmdb"`, `"memory"`, or `{ "mysql": { ... } }`. */
import type { Decoder } from './decoder.ts';

export interface MysqlChoice {
  readonly at: { readonly socket: string } | { readonly host: string; readonly port: number };
  readonly user: string;
  /** Environment variable that holds the password: it does not belong in a file that all nodes share. `undefined` for none. */
  readonly passwordVariable: string | undefined;
  readonly database: string;
  /** Of keys and values, at most: all are held in memory. `undefined` for the engine's own limit. */
  readonly mostBytes: number | undefined;
}

export type EngineChoice =
  | { readonly kind: 'lmdb' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'mysql'; readonly mysql: MysqlChoice };

export const DEFAULT_ENGINE: EngineChoice = { kind: 'lmdb' };

const MYSQL_PORT = 3306;
const MOST_PORT = 65_535;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws QuorateError `bad-configuration` */
export function readEngine(value: Decoder): EngineChoice {
  if (value.isText()) return { kind: value.oneOf(['lmdb', 'memory']) };
  return { kind: 'mysql', mysql: readMysql(value.fields(['mysql']).get('mysql')) };
}

function readMysql(value: Decoder): MysqlChoice {
  const fields = value.fields(['socket', 'host', 'port', 'user', 'passwordVariable', 'database', 'mostBytes']);
  const socket = fields.optional('socket', (at) => at.text());
  const host = fields.optional('host', (at) => at.text());
  const port = fields.optional('port', (at) => at.wholeNumber(1, MOST_PORT));
  if ((socket === undefined) === (host === undefined)) throw value.breaks("it must have either 'socket' or 'host'");
  if (socket !== undefined && port !== undefined) throw value.breaks("'port' belongs to 'host', not to 'socket'");
  return {
    at: socket === undefined ? { host: host ?? '', port: port ?? MYSQL_PORT } : { socket },
    user: fields.get('user').text(),
    passwordVariable: fields.optional('passwordVariable', (at) => at.matching(VARIABLE, 'the name of an environment variable')),
    database: fields.get('database').text(),
    mostBytes: fields.optional('mostBytes', (at) => at.wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  };
}
