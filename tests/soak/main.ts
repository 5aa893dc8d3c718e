/**
 * `npm run soak -- --hours 1`: random configurations of everything there is, on two processes, until time is up or Ctrl-C. Reports a
 * line a minute; what failed is kept in soak-failures.txt, each with the command that runs it again.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seedText } from '../../src/verification/simulation/index.ts';
import { type SoakResult, type SoakSubject, SUBJECTS } from './subjects.ts';

interface Report extends SoakResult {
  readonly subject: string;
  readonly seed: string;
}

interface Total {
  runs: number;
  failures: number;
  simulatedMs: number;
}

const FAILURES_FILE = 'soak-failures.txt';
const SEED_LIMIT = 1n << 64n;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function usage(problem: string): never {
  process.stderr.write(
    `error: ${problem}\nnext: npm run soak -- [--hours H | --minutes M] [--workers N] [--first SEED] [--only SUBJECT,...]\n`,
  );
  process.exit(2);
}

interface Options {
  readonly endMs: number;
  readonly workers: number;
  readonly first: bigint;
  /** Of subjects; those with the same name count once. */
  readonly only: readonly string[];
}

function readOptions(): Options {
  const number = (name: string, text: string, most: number): number => {
    const value = Number(text);
    if (!(value > 0 && value <= most)) usage(`--${name} '${text}' is not a number above 0 and up to ${most}`);
    return value;
  };
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { hours: text, minutes: text, workers: text, first: text, only: text } });
    if (values.hours !== undefined && values.minutes !== undefined) usage('--hours and --minutes cannot be used together');
    const minutes =
      values.minutes === undefined ? 60 * number('hours', values.hours ?? '1', 1_000) : number('minutes', values.minutes, 60_000);
    const workers = number('workers', values.workers ?? '2', 64);
    if (!Number.isInteger(workers)) usage(`--workers '${values.workers}' is not a whole number`);
    const first = values.first === undefined ? BigInt(Date.now()) * 1_000_003n : BigInt(values.first);
    const known = [...new Set(SUBJECTS.map(({ name }) => name))];
    const only = values.only?.split(',') ?? known;
    const strange = only.find((name) => !known.includes(name));
    if (strange !== undefined) usage(`--only '${strange}' is none of ${known.join(', ')}`);
    return { endMs: Date.now() + minutes * 60_000, workers, first: ((first % SEED_LIMIT) + SEED_LIMIT) % SEED_LIMIT, only };
  } catch (error) {
    usage(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

/** Of one of the processes. */
interface Share {
  readonly first: bigint;
  readonly offset: number;
  readonly stride: number;
  readonly only: readonly string[];
}

/** One of the processes: every so-and-so-many-th seed, until told to stop. */
async function work({ first, offset, stride, only }: Share): Promise<void> {
  const subjects = SUBJECTS.filter(({ name }) => only.includes(name));
  let stopped = false;
  process.on('message', () => {
    stopped = true;
  });
  // Ctrl-C reaches the whole group: the one that counts decides when to stop.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  for (let run = offset; !stopped; run += stride) {
    const seed = (first + BigInt(run)) % SEED_LIMIT;
    const subject = subjects[run % subjects.length];
    if (subject === undefined) throw new Error('there is no subject');
    const result = await runSafely(subject, seed);
    const report: Report = { ...result, subject: subject.name, seed: seedText(seed) };
    await new Promise<void>((resolve) => process.send?.(report, () => resolve()));
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.disconnect();
}

/** A subject that throws has failed as well; the others go on. */
async function runSafely(subject: SoakSubject, seed: bigint): Promise<SoakResult> {
  try {
    return await subject.run(seed);
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { failure, replay: `subject '${subject.name}' of tests/soak/subjects.ts, seed ${seedText(seed)}`, simulatedMs: 0 };
  }
}

class Soak {
  readonly #totals = new Map<string, Total>();
  readonly #started = Date.now();
  failures = 0;

  take({ subject, seed, failure, replay, simulatedMs }: Report): void {
    const total = this.#totals.get(subject) ?? { runs: 0, failures: 0, simulatedMs: 0 };
    this.#totals.set(subject, total);
    total.runs++;
    total.simulatedMs += simulatedMs;
    if (failure === undefined) return;
    total.failures++;
    this.failures++;
    appendFileSync(FAILURES_FILE, `${subject} ${seed}: ${failure}\n  ${replay}\n`);
    say(`FAILED ${subject} ${seed}: ${failure}\n  ${replay}`);
  }

  line(): string {
    const minutes = ((Date.now() - this.#started) / 60_000).toFixed(1);
    const parts = [...this.#totals].map(
      ([name, { runs, failures }]) => `${name} ${runs}${failures > 0 ? ` (${failures} failed)` : ''}`,
    );
    return `${minutes.padStart(6)} min  ${parts.join('  ')}`;
  }

  summary(): string {
    const rows = [...this.#totals].map(([name, { runs, failures, simulatedMs }]) => {
      const hours = (simulatedMs / 3_600_000).toFixed(1);
      return `${name.padEnd(14)} ${String(runs).padStart(8)} runs ${String(failures).padStart(4)} failures ${hours.padStart(9)} simulated hours`;
    });
    const end = this.failures === 0 ? 'clean' : `${this.failures} failures, in ${FAILURES_FILE}`;
    return [...rows, end].join('\n');
  }
}

function supervise(): void {
  const { endMs, workers, first, only } = readOptions();
  const soak = new Soak();
  say(`soak from seed ${seedText(first)} on ${workers} processes`);
  const children: ChildProcess[] = [];
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    for (const child of children) if (child.connected) child.send('stop');
  };
  let left = workers;
  const minute = setInterval(() => say(soak.line()), 60_000);
  const end = setTimeout(stop, endMs - Date.now());
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  for (let index = 0; index < workers; index++) {
    const child = fork(import.meta.filename, ['worker', String(first), String(index), String(workers), only.join()]);
    children.push(child);
    child.on('message', (report) => soak.take(report as Report));
    child.on('exit', (code, signal) => {
      if (code !== 0) {
        soak.failures++;
        say(`FAILED a process of the soak ended with ${signal ?? code}`);
      }
      if (--left > 0) return;
      clearInterval(minute);
      clearTimeout(end);
      say(soak.line());
      say(soak.summary());
      process.exitCode = soak.failures === 0 ? 0 : 1;
    });
  }
}

const [role, first = '0', offset, stride, only = ''] = process.argv.slice(2);
if (role === 'worker' && process.send !== undefined) {
  await work({ first: BigInt(first), offset: Number(offset), stride: Number(stride), only: only.split(',') });
} else supervise();
