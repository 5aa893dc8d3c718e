import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { destination, type Logger, pino } from 'pino';
import type { Log } from '../world/index.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel;
  /** Where lines go. Default 2, standard error, so that a command's output stays clean. */
  readonly fileDescriptor?: number;
  /** One line for people instead of JSON. Default: when the file descriptor is a terminal. */
  readonly pretty?: boolean;
  /** In every line, such as the node's name. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A log line per call: JSON for machines, or a short text on a terminal. */
export function createLog(options: LogOptions = {}): Log {
  const { level = 'info', fileDescriptor = 2, fields = {} } = options;
  const pretty = options.pretty ?? isatty(fileDescriptor);
  const settings = { level, base: fields, formatters: { level: (label: string) => ({ level: label }) } };
  const logger = pino(
    settings,
    pretty
      ? { write: (line: string) => void writeSync(fileDescriptor, prettyLine(line)) }
      : destination({ dest: fileDescriptor, sync: true }),
  );
  return behindPort(logger);
}

function behindPort(logger: Logger): Log {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** `12:34:56.789 WARN  link closed: slow  node=a detail="8 bytes wait"` from pino's JSON. */
export function prettyLine(json: string): string {
  const record: unknown = JSON.parse(json);
  if (typeof record !== 'object' || record === null) return json;
  let at = '';
  let level = '';
  let message = '';
  let rest = '';
  for (const [name, value] of Object.entries(record)) {
    if (name === 'time') at = new Date(Number(value)).toISOString().slice(11, 23);
    else if (name === 'level') level = String(value).toUpperCase().padEnd(5);
    else if (name === 'msg') message = String(value);
    else rest += ` ${name}=${typeof value === 'string' && /^[\x21\x23-\x7e]+$/.test(value) ? value : JSON.stringify(value)}`;
  }
  return `${at} ${level} ${message}${rest === '' ? '' : ` ${rest}`}\n`;
}
