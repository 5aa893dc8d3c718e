/** `quorate history check` and `quorate history convert`. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { readTextFile, writeFileAtomically } from '../../runtime/real/index.ts';
import {
  decodeEdnHistory,
  decodeHistory,
  encodeEdnHistory,
  encodeHistory,
  type Finding,
  HISTORY_MODELS,
  type History,
  historyModel,
  ISOLATION_LEVELS,
  type IsolationLevel,
  type Judgement,
  judgeHistory,
} from '../../verification/histories/index.ts';
import { drawHistory } from '../../verification/pictures/index.ts';
import { counted } from './amounts.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { usageError } from './failure.ts';
import { paintFor } from './paint.ts';
import type { Surroundings } from './surroundings.ts';

interface ReadOptions {
  readonly format?: string;
  readonly keyed: boolean;
}

export interface CheckHistoryOptions extends ReadOptions {
  readonly model?: string;
  readonly isolation?: string;
  readonly staleAllowed: boolean;
  readonly mostSteps?: number;
  readonly picture?: string;
}

export interface ConvertHistoryOptions extends ReadOptions {
  readonly to: string;
}

const FINDINGS_SHOWN = 10;

export async function checkHistory(path: string, options: CheckHistoryOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { stdout } = surroundings;
  const paint = paintFor(stdout, surroundings);
  if (options.model !== undefined && !isHistoryModel(options.model)) {
    throw usageError(`--model '${options.model}' is none of ${HISTORY_MODELS.join(', ')}.`);
  }
  const history = await readHistory(path, options);
  const name = options.model ?? history.model;
  if (name === undefined)
    throw usageError('The file does not say what it is a history of, and no --model does.', 'Give --model.');
  const { mostSteps, staleAllowed } = options;
  const isolation = isolationOf(options.isolation);
  const judgement = judging(path, () =>
    judgeHistory(history, historyModel(name), {
      staleAllowed,
      ...(mostSteps === undefined ? {} : { mostSteps }),
      ...(isolation === undefined ? {} : { isolation }),
    }),
  );
  const verdict = { ok: paint.green('fine'), violation: paint.red('violation'), undecided: paint.yellow('undecided') }[
    judgement.verdict
  ];
  await stdout.write(`${verdict}: ${summaryOf(judgement, name, history)}\n`);
  for (const finding of judgement.findings.slice(0, FINDINGS_SHOWN)) await stdout.write(told(finding, paint));
  if (judgement.findings.length > FINDINGS_SHOWN) await stdout.write(`and ${judgement.findings.length - FINDINGS_SHOWN} more\n`);
  if (judgement.verdict === 'undecided') await stdout.write('The search was cut short; --most-steps lets it go on longer.\n');
  if (options.picture !== undefined) {
    await writeFileAtomically(options.picture, drawHistory(history, judgement, { title: `${path} as ${name}` }));
    await stdout.write(`drawn in ${options.picture}\n`);
  }
  return judgement.verdict === 'ok' ? EXIT.ok : EXIT.error;
}

export async function convertHistory(path: string, options: ConvertHistoryOptions, { stdout }: Surroundings): Promise<ExitCode> {
  const history = await readHistory(path, options);
  await stdout.write(options.to === 'edn' ? encodeEdnHistory(history) : encodeHistory(history));
  return EXIT.ok;
}

async function readHistory(path: string, { format, keyed }: ReadOptions): Promise<History> {
  const isEdn = (format ?? (path.endsWith('.edn') ? 'edn' : 'json')) === 'edn';
  if (keyed && !isEdn) throw usageError('--keyed is for EDN; in JSON each operation has its key.');
  const text = await readTextFile(path).catch((error: unknown) => Promise.reject(asUsageError(error)));
  return judging(path, () => (isEdn ? decodeEdnHistory(text, { keyed }) : decodeHistory(text)));
}

function isolationOf(text: string | undefined): IsolationLevel | undefined {
  const level = ISOLATION_LEVELS.find((one) => one === text);
  if (text === undefined || level !== undefined) return level;
  throw usageError(`'${text}' is no isolation level; those are ${ISOLATION_LEVELS.join(', ')}.`);
}

/** A history that cannot be judged is a mistake in what the command was given. */
function judging<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'bad-history') throw usageError(`${path}: ${error.message}`, error.next);
    throw error;
  }
}

function isHistoryModel(name: string): boolean {
  return HISTORY_MODELS.some((one) => one === name);
}

function asUsageError(error: unknown): unknown {
  return error instanceof QuorateError ? usageError(error.message, error.next) : error;
}

function summaryOf({ findings, figures }: Judgement, model: string, { operations }: History): string {
  const processes = new Set(operations.map(({ process }) => process)).size;
  const anomalies = new Map<string, number>();
  for (const { anomaly } of findings) anomalies.set(anomaly, (anomalies.get(anomaly) ?? 0) + 1);
  const found = [...anomalies].map(([anomaly, count]) => (count === 1 ? anomaly : `${count} times ${anomaly}`));
  const rest = Object.entries(figures).flatMap(([name, count]) => (name === 'operations' ? [] : `${count} ${name}`));
  const about = `${counted(operations.length, 'operation')} of ${counted(processes, 'process', 'processes')} as ${model}`;
  return `${[...found, about].join(', ')} (${rest.join(', ')})`;
}

function told({ anomaly, key, explanation }: Finding, paint: ReturnType<typeof paintFor>): string {
  return `${paint.red(anomaly)}${key === undefined ? '' : ` (key ${key})`}: ${explanation}\n`;
}
