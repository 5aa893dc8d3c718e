/**
 * The history as a file of JSON Lines: a header, then one operation per line, in the order of invocation.
 *
 *     {"format":"quorate-history","version":1,"model":"map"}
 *     {"process":0,"kind":"write","key":"x","input":1,"invocationMs":0.5,"responseMs":2.25,"outcome":"ok"}
 *     {"process":1,"kind":"read","key":"x","invocationMs":3,"outcome":"unknown"}
 *
 * Fields it does not know are refused: a misspelt `output` would turn a wrong history into a correct one.
 */
import { badHistory } from './errors.ts';
import type { History, Operation, OperationOutcome, Value } from './history.ts';
import { checkWellFormed } from './well-formed.ts';

export const HISTORY_FORMAT = 'quorate-history';
export const HISTORY_VERSION = 1;

type Fields = { readonly [name: string]: Value };

export function encodeHistory({ operations, model }: History): string {
  const header = { format: HISTORY_FORMAT, version: HISTORY_VERSION, ...(model === undefined ? {} : { model }) };
  return `${[JSON.stringify(header), ...operations.map(encodeOperation)].join('\n')}\n`;
}

/** @throws QuorateError `bad-history`, naming line and field. */
export function decodeHistory(text: string): History {
  const rows = text.split(/\r?\n/);
  const model = decodeHeader(rows[0] ?? '');
  const operations: Operation[] = [];
  const lines: number[] = [];
  for (let index = 1; index < rows.length; index++) {
    const row = rows[index] ?? '';
    if (row.trim() === '') continue;
    operations.push(decodeOperation(parseObject(row, index + 1), index + 1));
    lines.push(index + 1);
  }
  const history = { operations, lines, ...(model === undefined ? {} : { model }) };
  checkWellFormed(history);
  return history;
}

function encodeOperation({ process, kind, key, input, output, invocationMs, responseMs, outcome }: Operation): string {
  return JSON.stringify({ process, kind, key, input, output, invocationMs, responseMs, outcome });
}

function decodeHeader(row: string): string | undefined {
  const header = parseObject(row, 1);
  if (header['format'] !== HISTORY_FORMAT) {
    throw badHistory(`has no header {"format":"${HISTORY_FORMAT}","version":${HISTORY_VERSION}}`, 1);
  }
  if (header['version'] !== HISTORY_VERSION) {
    throw badHistory(`has version ${JSON.stringify(header['version'])}; this program reads version ${HISTORY_VERSION}`, 1);
  }
  refuseUnknown(header, ['format', 'version', 'model'], 1);
  const model = header['model'];
  if (model === undefined || typeof model === 'string') return model;
  throw badField('model', model, 'a text', 1);
}

function decodeOperation(fields: Fields, line: number): Operation {
  refuseUnknown(fields, FIELDS, line);
  const { process, kind, key, input, output, invocationMs, responseMs, outcome } = fields;
  if (!isName(process)) throw badField('process', process, 'a text or a whole number', line);
  if (typeof kind !== 'string' || kind === '') throw badField('kind', kind, 'a text', line);
  if (key !== undefined && !isName(key)) throw badField('key', key, 'a text or a whole number', line);
  if (typeof invocationMs !== 'number') throw badField('invocationMs', invocationMs, 'a number', line);
  if (responseMs !== undefined && typeof responseMs !== 'number') throw badField('responseMs', responseMs, 'a number', line);
  if (!isOutcome(outcome)) throw badField('outcome', outcome, "'ok', 'fail' or 'unknown'", line);
  return {
    process,
    kind,
    ...(key === undefined ? {} : { key }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    invocationMs,
    ...(responseMs === undefined ? {} : { responseMs }),
    outcome,
  };
}

const FIELDS = ['process', 'kind', 'key', 'input', 'output', 'invocationMs', 'responseMs', 'outcome'];

function refuseUnknown(fields: Fields, known: readonly string[], line: number): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw badHistory(`has the field '${unknown}', which is none of ${known.join(', ')}`, line);
}

function badField(name: string, value: Value | undefined, rule: string, line: number): Error {
  if (value === undefined) return badHistory(`has no field '${name}', which is ${rule}`, line);
  return badHistory(`has ${JSON.stringify(value)} as '${name}', which is ${rule}`, line);
}

function parseObject(row: string, line: number): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(row);
  } catch {
    throw badHistory('is not a JSON object', line);
  }
  if (isFields(parsed)) return parsed;
  throw badHistory('is not a JSON object', line);
}

/** What JSON.parse gives is made of values only. */
function isFields(parsed: unknown): parsed is Fields {
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
}

function isName(value: Value | undefined): value is string | number {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value));
}

function isOutcome(value: Value | undefined): value is OperationOutcome {
  return value === 'ok' || value === 'fail' || value === 'unknown';
}
