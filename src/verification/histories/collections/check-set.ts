/**
 * A set that is only added to, judged element by element, as Jepsen's checkers `set` and `set-full` do: what was acknowledged must
 * be in every read that begins later.
 *
 * An element is known from the first moment at which somebody was sure of it: its `add` was acknowledged, or a read returned it.
 * It is *lost* if the last read that could have had it has not; *stale* if a read missed it that began when it was known, and a later
 * one had it; *never read* if no read began when it was known.
 */
import { byKey, ofKey } from '../by-key.ts';
import { type Finding, type Judgement, judgementOf } from '../finding.ts';
import { describeOperation, type History, type Operation, shownValue, type Value, valueKey } from '../history.ts';
import { checkShapes, unknownKind } from '../well-formed.ts';

export interface SetOptions {
  /** Whether a stale read is a violation (default), or only counted: a store that is eventually consistent has them. */
  readonly staleAllowed?: boolean;
}

const KINDS = ['add', 'read'];

interface Element {
  readonly value: Value;
  /** Undefined if nobody ever tried to add it. */
  add: Operation | undefined;
  knownMs: number;
  /** The reads that have it, or could have had it; by the time of their invocation. */
  lastPresent: Operation | undefined;
  lastAbsent: Operation | undefined;
}

interface Read {
  readonly operation: Operation;
  readonly values: ReadonlySet<string>;
}

/** `add` value; `read` -> list of values, in any order. With keys there is a set for each. @throws QuorateError `bad-history`. */
export function checkSet(history: History, { staleAllowed = false }: SetOptions = {}): Judgement {
  checkShapes(history, problemOf);
  const findings: Finding[] = [];
  const figures = { added: 0, acknowledged: 0, lost: 0, stale: 0, 'never read': 0, recovered: 0, unexpected: 0, duplicated: 0 };
  for (const [key, operations] of byKey(history.operations)) {
    const elements = addedElements(operations);
    const reads = operations.filter(({ kind, outcome }) => kind === 'read' && outcome === 'ok');
    const found = reads.flatMap((read) => oddities(read, elements));
    figures.unexpected += found.filter(({ anomaly }) => anomaly === 'unexpected element').length;
    figures.duplicated += found.filter(({ anomaly }) => anomaly === 'duplicated element').length;
    findings.push(...found.map((one) => withKey(one, key)));
    observe(elements, reads);
    for (const element of elements.values()) {
      figures.added++;
      if (element.add?.outcome === 'ok') figures.acknowledged++;
      const kind = judgeElement(element);
      if (kind === 'ok') continue;
      figures[kind]++;
      if (kind === 'lost' || (kind === 'stale' && !staleAllowed)) findings.push(withKey(missing(kind, element, key), key));
    }
  }
  return judgementOf(findings, figures);
}

function addedElements(operations: readonly Operation[]): Map<string, Element> {
  const elements = new Map<string, Element>();
  for (const operation of operations) {
    if (operation.kind !== 'add' || operation.outcome === 'fail') continue;
    const { input = null, outcome, responseMs } = operation;
    const knownMs = outcome === 'ok' && responseMs !== undefined ? responseMs : Number.POSITIVE_INFINITY;
    const known = elements.get(valueKey(input));
    if (known === undefined) {
      elements.set(valueKey(input), { value: input, add: operation, knownMs, lastPresent: undefined, lastAbsent: undefined });
    } else if (knownMs < known.knownMs) {
      known.knownMs = knownMs;
      known.add = operation;
    }
  }
  return elements;
}

/** What is in a read and cannot be. */
function oddities(read: Operation, elements: Map<string, Element>): Finding[] {
  const findings: Finding[] = [];
  const met = new Set<string>();
  for (const value of listOf(read.output)) {
    const key = valueKey(value);
    if (met.has(key)) {
      const explanation = `The read by process ${read.process} has ${shownValue(value)} more than once.`;
      findings.push({ anomaly: 'duplicated element', explanation, operations: [read] });
    }
    met.add(key);
    const add = elements.get(key)?.add;
    if (add !== undefined && add.invocationMs <= (read.responseMs ?? 0)) continue;
    const why = add === undefined ? 'which nobody added' : `before anybody began to add it (${describeOperation(add)})`;
    const explanation = `The read by process ${read.process} has ${shownValue(value)}, ${why}.`;
    findings.push({ anomaly: 'unexpected element', explanation, operations: add === undefined ? [read] : [read, add] });
  }
  return findings;
}

function observe(elements: Map<string, Element>, operations: readonly Operation[]): void {
  const reads = operations.map((operation): Read => ({ operation, values: new Set(listOf(operation.output).map(valueKey)) }));
  reads.sort((one, other) => (one.operation.responseMs ?? 0) - (other.operation.responseMs ?? 0));
  for (const { operation, values } of reads) {
    for (const value of values) {
      const element = elements.get(value);
      if (element !== undefined) element.knownMs = Math.min(element.knownMs, operation.responseMs ?? 0);
    }
  }
  reads.sort((one, other) => one.operation.invocationMs - other.operation.invocationMs);
  for (const { operation, values } of reads) {
    for (const [key, element] of elements) {
      if (values.has(key)) element.lastPresent = operation;
      else if (operation.invocationMs > element.knownMs) element.lastAbsent = operation;
    }
  }
}

function judgeElement({ add, lastPresent, lastAbsent }: Element): 'ok' | 'lost' | 'stale' | 'never read' | 'recovered' {
  if (lastAbsent !== undefined) {
    return lastPresent === undefined || lastPresent.invocationMs < lastAbsent.invocationMs ? 'lost' : 'stale';
  }
  if (lastPresent === undefined) return 'never read';
  return add?.outcome === 'ok' ? 'ok' : 'recovered';
}

function missing(kind: 'lost' | 'stale', element: Element, key: Operation['key']): Finding {
  const { value, add, lastPresent, lastAbsent, knownMs } = element;
  const how = add?.outcome === 'ok' ? 'its add was acknowledged' : 'a read had returned it';
  const since = `${shownValue(value)}${ofKey(key)} was there at ${knownMs} ms, when ${how}`;
  const absent = `the read that process ${lastAbsent?.process} began at ${lastAbsent?.invocationMs} ms does not have it`;
  const later = kind === 'stale' ? `; one begun at ${lastPresent?.invocationMs} ms has it again` : ', nor has any later one';
  return {
    anomaly: kind === 'lost' ? 'lost element' : 'stale read',
    explanation: `${since}; ${absent}${later}.`,
    operations: [add, lastAbsent, lastPresent].filter((one) => one !== undefined),
  };
}

function withKey(finding: Finding, key: Operation['key']): Finding {
  return key === undefined ? finding : { ...finding, key };
}

function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

function problemOf(operation: Operation): string | undefined {
  if (!KINDS.includes(operation.kind)) return unknownKind('set', operation, KINDS);
  if (operation.kind === 'add') return operation.input === undefined ? 'has an add of nothing' : undefined;
  if (operation.outcome !== 'ok' || Array.isArray(operation.output)) return undefined;
  return `has a read that returned ${shownValue(operation.output ?? null)}, which is no list`;
}
