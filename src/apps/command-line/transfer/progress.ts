/** How far a transfer is: a bar on a terminal, else a line every few seconds. */
import type { Clock, Timer, Timers } from '../../../runtime/world/index.ts';
import { shownDuration, shownSize } from '../amounts.ts';
import { type Paint, paintFor } from '../paint.ts';
import type { Output, Surroundings } from '../surroundings.ts';

export interface Total {
  readonly files: number;
  /** 0 if that is not known. */
  readonly sizeBytes: number;
  /** What the files are called, if not that. */
  readonly unit?: string;
}

export interface Progress {
  /** A file is done, in whatever way. */
  add(sizeBytes: number): void;
  /** What else there is to say, such as how many are tried again; '' for nothing. */
  note(text: string): void;
  /** Milliseconds since the start. */
  stop(): Promise<number>;
}

const LINE_EVERY_MS = 5_000;
const REDRAW_EVERY_MS = 100;
/** A small file costs as much time as so many bytes do: an estimate for the time left only. */
const BYTES_PER_FILE = 16_384;
const BAR_COLUMNS = 24;

export async function startProgress(verb: string, total: Total, surroundings: Surroundings): Promise<Progress> {
  const { stderr, clock, timers } = surroundings;
  const counts = new Counts(verb, total, clock);
  if (stderr.isTerminal && total.files > 0) return await bar(counts, stderr, paintFor(stderr, surroundings), timers);
  const timer = timers.every(LINE_EVERY_MS, () => void stderr.write(`${counts.line()}\n`));
  return { add: counts.add, note: counts.note, stop: () => Promise.resolve(ended(timer, counts)) };
}

function ended(timer: Timer, counts: Counts): number {
  timer.cancel();
  return counts.elapsedMs;
}

class Counts {
  readonly total: Total;
  readonly #verb: string;
  readonly #clock: Clock;
  readonly #started: number;
  #files = 0;
  #sizeBytes = 0;
  #note = '';

  constructor(verb: string, total: Total, clock: Clock) {
    this.#verb = verb;
    this.total = total;
    this.#clock = clock;
    this.#started = clock.now();
  }

  readonly add = (sizeBytes: number): void => {
    this.#files += 1;
    this.#sizeBytes += sizeBytes;
  };

  readonly note = (text: string): void => {
    this.#note = text;
  };

  get elapsedMs(): number {
    return this.#clock.now() - this.#started;
  }

  /** 0 .. 1 */
  get fraction(): number {
    const all = this.total.sizeBytes + this.total.files * BYTES_PER_FILE;
    const done = (this.total.sizeBytes === 0 ? 0 : this.#sizeBytes) + this.#files * BYTES_PER_FILE;
    return all === 0 ? 1 : Math.min(1, done / all);
  }

  line(): string {
    return `${this.#verb}: ${Math.floor(this.fraction * 100)} %  ${this.details()}`;
  }

  details(): string {
    const { fraction, elapsedMs, total } = this;
    const seconds = Math.max(elapsedMs, 1) / 1_000;
    const left = fraction > 0 && fraction < 1 ? `, ${shownDuration((elapsedMs / fraction) * (1 - fraction))} left` : '';
    const unit = total.unit ?? 'files';
    const sizes = `${shownSize(this.#sizeBytes)}${total.sizeBytes === 0 ? '' : ` of ${shownSize(total.sizeBytes)}`}`;
    const rate = `${Math.round(this.#files / seconds)} ${unit}/s, ${shownSize(this.#sizeBytes / seconds)}/s`;
    return `${this.#files} of ${total.files} ${unit}, ${sizes}, ${rate}${left}${this.#note === '' ? '' : `, ${this.#note}`}`;
  }
}

async function bar(counts: Counts, stderr: Output, paint: Paint, timers: Timers): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const single = new cliProgress.SingleBar({
    format: () => {
      const done = Math.round(counts.fraction * BAR_COLUMNS);
      const percent = `${Math.floor(counts.fraction * 100)} %`.padStart(5);
      const room = Math.max(0, stderr.columns - BAR_COLUMNS - percent.length - 4);
      return `${paint.cyan('█'.repeat(done))}${paint.dim('░'.repeat(BAR_COLUMNS - done))} ${percent}  ${counts.details().slice(0, room)}`;
    },
    linewrap: null,
  });
  single.start(counts.total.files, 0);
  const timer = timers.every(REDRAW_EVERY_MS, () => single.update(0));
  return {
    add: counts.add,
    note: counts.note,
    stop: () => {
      single.update(counts.total.files);
      single.stop();
      return Promise.resolve(ended(timer, counts));
    },
  };
}
