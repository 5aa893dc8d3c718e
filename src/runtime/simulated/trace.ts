/** What happened, in lines that a person can read: built only while someone wants them. */
import type { Log } from '../world/index.ts';
import type { Owner } from './event-queue.ts';

/**
 * What a line tells of: `process` starts, ends and pauses, `note` what the driver did or said, `log` what the code logged; `link`,
 * `message` and `disk` are the details behind those.
 */
export type TraceKind = 'disk' | 'link' | 'log' | 'message' | 'note' | 'process';

/** Takes one line: `time process event`, the time in milliseconds of the simulation. */
export type TraceSink = (line: string, kind: TraceKind) => void;

const TIME_WIDTH = 12;
const NAME_WIDTH = 8;

export class Trace {
  readonly #now: () => number;
  readonly #sink: TraceSink | undefined;

  constructor(now: () => number, sink: TraceSink | undefined) {
    this.#now = now;
    this.#sink = sink;
  }

  /** Ask before building an event's text: without a reader it costs and gives nothing. */
  get enabled(): boolean {
    return this.#sink !== undefined;
  }

  record(name: string, event: string, kind: TraceKind): void {
    this.#sink?.(`${this.#now().toFixed(3).padStart(TIME_WIDTH)} ${name.padEnd(NAME_WIDTH)} ${event}`, kind);
  }

  /** The `Log` of one life of a process. */
  logOf(owner: Owner): Log {
    const record = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
      if (!this.enabled || !owner.alive) return;
      this.record(owner.name, `${level} ${message}${fields === undefined ? '' : ` ${plain(fields)}`}`, 'log');
    };
    return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
  }
}

/** JSON, with errors and big integers, which JSON lacks, as text. */
function plain(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(fields, (_name, value: unknown) => {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return typeof value === 'bigint' ? value.toString() : value;
  });
}
