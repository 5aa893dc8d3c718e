/** The checkers by the names that a command takes, all with one form of answer. */
import { ofKey } from './by-key.ts';
import { checkCausal, checkSessions } from './causality/index.ts';
import { checkCounter, checkSet } from './collections/index.ts';
import { badHistory } from './errors.ts';
import { type Finding, type Judgement, judgementOf } from './finding.ts';
import { describeCall, type History, type Operation } from './history.ts';
import { checkKv } from './kv/index.ts';
import {
  checkLinearizability,
  type LinearizabilityViolation,
  lockModel,
  logModel,
  mapModel,
  queueModel,
  registerModel,
  type SequentialModel,
} from './linearizability/index.ts';
import { checkListAppend, checkRegisterTransactions, type IsolationLevel } from './transactions/index.ts';

/** What a history can be judged as. */
export const HISTORY_MODELS = [
  'register',
  'map',
  'lock',
  'queue',
  'log',
  'sessions',
  'causal',
  'causal-convergent',
  'set',
  'counter',
  'list-append',
  'register-transactions',
  'kv',
] as const;
export type HistoryModel = (typeof HISTORY_MODELS)[number];

export interface JudgeOptions {
  /** For the models that are searched: see `LinearizabilityOptions`. */
  readonly mostSteps?: number;
  /** For transactions. Default: `strict-serializable`. */
  readonly isolation?: IsolationLevel;
  /** For sets and `kv`: stale reads are counted, and no violation. */
  readonly staleAllowed?: boolean;
}

/** @throws QuorateError `bad-history`. */
export function judgeHistory(history: History, model: HistoryModel, options: JudgeOptions = {}): Judgement {
  switch (model) {
    case 'register':
      return judgeBySearch(history, registerModel(), options);
    case 'map':
      return judgeBySearch(history, mapModel(), options);
    case 'lock':
      return judgeBySearch(history, lockModel(), options);
    case 'queue':
      return judgeBySearch(history, queueModel(), options);
    case 'log':
      return judgeBySearch(history, logModel(), options);
    case 'sessions':
      return checkSessions(history);
    case 'causal':
      return checkCausal(history);
    case 'causal-convergent':
      return checkCausal(history, { convergent: true });
    case 'set':
      return checkSet(history, options);
    case 'counter':
      return checkCounter(history);
    case 'list-append':
      return checkListAppend(history, options);
    case 'register-transactions':
      return checkRegisterTransactions(history, options);
    case 'kv':
      return checkKv(history, options);
  }
}

/** @throws QuorateError `bad-history` for a name that is no model. */
export function historyModel(name: string): HistoryModel {
  const model = HISTORY_MODELS.find((one) => one === name);
  if (model === undefined) throw badHistory(`is of the model '${name}', which is none of ${HISTORY_MODELS.join(', ')}`);
  return model;
}

function judgeBySearch<State>(history: History, model: SequentialModel<State>, { mostSteps }: JudgeOptions): Judgement {
  const result = checkLinearizability(history, model, mostSteps === undefined ? {} : { mostSteps });
  const figures = { operations: history.operations.length, steps: result.steps };
  if (result.verdict === 'violation') return judgementOf(result.violations.map(notLinearizable), figures);
  if (result.verdict === 'ok') return judgementOf([], figures);
  return { verdict: 'undecided', findings: [], figures: { ...figures, 'undecided keys': result.keys.length } };
}

function notLinearizable({ key, operations, longest }: LinearizabilityViolation): Finding {
  const [best] = longest;
  const placed = best?.order.length ?? 0;
  const stuck = longest.map(({ stuck, state }) => `${quoted(stuck)}, when the object ${state}`);
  return {
    anomaly: 'not linearizable',
    ...(key === undefined ? {} : { key }),
    explanation:
      `No order of the ${operations.length} operations${ofKey(key)} in keeping with time explains what they returned. ` +
      `The longest that does so has ${placed} of them; then nothing fits ${stuck.join('; or ')}.`,
    operations: longest.map((one) => one.stuck),
    order: best?.order ?? [],
  };
}

function quoted(operation: Operation): string {
  return `'${describeCall(operation)}' of process ${operation.process}`;
}
