/**
 * Histories as Jepsen writes them: an event per line (or all in one vector), `:invoke` and then `:ok`, `:fail` or `:info`, by process, in
 * the order in which they happened; times in nanoseconds.
 *
 *     {:process 0, :type :invoke, :f :write, :value 1, :time 100, :index 0}
 *     {:process 0, :type :ok, :f :write, :value 1, :time 200, :index 1}
 *
 * What is invoked with `nil` has no input, and a completion's value that is not the invocation's is the output. Processes that are no
 * numbers (`:nemesis`) are no clients and are left out.
 */
import { badHistory } from '../errors.ts';
import { type History, type Operation, type OperationOutcome, sameValue, type Value } from '../history.ts';
import { checkWellFormed } from '../well-formed.ts';
import { type EdnForm, readEdn } from './edn.ts';

export interface EdnOptions {
  /** Whether every value is a pair of key and value, as `jepsen.independent` makes them. Default: no. */
  readonly keyed?: boolean;
}

const OUTCOMES: Readonly<Record<string, OperationOutcome>> = { ok: 'ok', fail: 'fail', info: 'unknown' };
const NANOSECONDS = 1e6;

interface Event {
  readonly line: number;
  readonly process: number;
  readonly type: string;
  readonly kind: string;
  readonly key: string | number | undefined;
  readonly value: Value;
  readonly timeMs: number;
}

/** @throws QuorateError `bad-history`, naming line and field. */
export function decodeEdnHistory(text: string, options: EdnOptions = {}): History {
  const events = formsOf(text).flatMap((form, index) => decodeEvent(form, index, options) ?? []);
  const drafts: { operation: Operation; line: number }[] = [];
  const open = new Map<number, { at: number; event: Event }>();
  for (const event of events) {
    const { process, type, line } = event;
    const pending = open.get(process);
    if (type === 'invoke') {
      if (pending !== undefined)
        throw badHistory(`has a second operation of process ${process}, while that of line ${pending.event.line} is open`, line);
      open.set(process, { at: drafts.length, event });
      drafts.push({ operation: invoked(event), line });
      continue;
    }
    if (pending === undefined) throw badHistory(`has a completion of process ${process}, which has invoked nothing`, line);
    if (pending.event.kind !== event.kind) {
      throw badHistory(`completes '${event.kind}' of process ${process}, which had invoked '${pending.event.kind}'`, line);
    }
    open.delete(process);
    drafts[pending.at] = { operation: completed(pending.event, event), line: pending.event.line };
  }
  const history = { operations: drafts.map(({ operation }) => operation), lines: drafts.map(({ line }) => line) };
  checkWellFormed(history);
  return history;
}

/** Processes that are no whole numbers get some of their own. Keys go in pairs with the values, as `jepsen.independent` has them. */
export function encodeEdnHistory({ operations }: History): string {
  const numbers = processNumbers(operations);
  const events = operations.flatMap((operation, order): { at: number; order: number; fields: string }[] => {
    const { kind, key, input = null, output, invocationMs, responseMs, outcome, process } = operation;
    const event = (type: string, value: Value, ms: number): { at: number; order: number; fields: string } => {
      const shown = key === undefined ? edn(value, kind) : `[${edn(key)} ${edn(value, kind)}]`;
      const time = Math.round(ms * NANOSECONDS);
      return {
        at: ms,
        order,
        fields: `:type :${type}, :process ${numbers.get(process)}, :f ${keyword(kind)}, :value ${shown}, :time ${time}`,
      };
    };
    const type = outcome === 'unknown' ? 'info' : outcome;
    const invoke = event('invoke', input, invocationMs);
    return responseMs === undefined ? [invoke] : [invoke, { ...event(type, output ?? input, responseMs), order: order + 0.5 }];
  });
  events.sort((one, other) => one.at - other.at || one.order - other.order);
  return events.map(({ fields }, index) => `{${fields}, :index ${index}}\n`).join('');
}

function formsOf(text: string): EdnForm[] {
  const forms = readEdn(text);
  const [only] = forms;
  if (forms.length !== 1 || only === undefined || !Array.isArray(only.value)) return forms;
  return only.value.map((value: Value) => ({ value, line: only.line }));
}

function decodeEvent({ value: form, line }: EdnForm, index: number, { keyed = false }: EdnOptions): Event | undefined {
  if (!isMap(form)) throw badHistory('has an event that is no map', line);
  const { process, type, f: kind, value = null, time } = form;
  if (typeof process === 'string') return undefined;
  if (typeof process !== 'number') throw badHistory("has no number as ':process'", line);
  if (typeof type !== 'string' || !(type === 'invoke' || type in OUTCOMES)) {
    throw badHistory(`has ${JSON.stringify(type ?? null)} as ':type', which is :invoke, :ok, :fail or :info`, line);
  }
  if (typeof kind !== 'string') throw badHistory("has no keyword as ':f'", line);
  if (time !== undefined && typeof time !== 'number') throw badHistory("has no number as ':time'", line);
  // Without a clock the order of the file is all that is known.
  const timeMs = time === undefined ? index : time / NANOSECONDS;
  if (!keyed) return { line, process, type, kind, key: undefined, value, timeMs };
  const [key, inner = null]: readonly Value[] = Array.isArray(value) ? value : [];
  if (typeof key !== 'string' && typeof key !== 'number') throw badHistory("has no pair of key and value as ':value'", line);
  return { line, process, type, kind, key, value: inner, timeMs };
}

function invoked({ process, kind, key, value, timeMs }: Event): Operation {
  const input = value === null ? {} : { input: value };
  return { process, kind, ...(key === undefined ? {} : { key }), ...input, invocationMs: timeMs, outcome: 'unknown' };
}

function completed(invocation: Event, completion: Event): Operation {
  const outcome = OUTCOMES[completion.type] ?? 'unknown';
  const told = outcome === 'ok' && !(invocation.value !== null && sameValue(invocation.value, completion.value));
  const output = told ? { output: completion.value } : {};
  const { kind, value } = invocation;
  // What a transaction without reads returned is what it was given.
  const same = outcome === 'ok' && kind === 'txn' && !told ? { output: value } : {};
  return { ...invoked(invocation), ...output, ...same, responseMs: completion.timeMs, outcome };
}

function processNumbers(operations: readonly Operation[]): Map<Operation['process'], number> {
  const names = [...new Set(operations.map(({ process }) => process))];
  const isNumber = (name: Operation['process']): name is number => typeof name === 'number' && name >= 0;
  let next = Math.max(-1, ...names.filter(isNumber)) + 1;
  return new Map(names.map((name) => [name, isNumber(name) ? name : next++]));
}

/** The steps of a transaction begin with a keyword. */
function edn(value: Value, kind?: string): string {
  if (value === null) return 'nil';
  if (typeof value === 'string') return ednString(value);
  if (typeof value === 'number') return ednNumber(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const items = value.map((item: Value, index) => {
      if (kind === 'txn') return edn(item, 'step');
      return kind === 'step' && index === 0 && typeof item === 'string' ? keyword(item) : edn(item);
    });
    return `[${items.join(' ')}]`;
  }
  return `{${Object.entries(value)
    .map(([name, inner]) => `${ednString(name)} ${edn(inner)}`)
    .join(', ')}}`;
}

/** A whole number with all its digits: those that JavaScript shows of a great one are rounded. */
function ednNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

function ednString(text: string): string {
  const escaped = text.replaceAll(/["\\]|\p{Cc}/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

function keyword(name: string): string {
  return /^[A-Za-z][\w.*+!?<>=/-]*$/.test(name) ? `:${name}` : ednString(name);
}

function isMap(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
