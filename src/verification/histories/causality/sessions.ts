/**
 * A history as sessions of reads and writes, with who read from whom: what the checks of session guarantees and causality share.
 *
 * Values written to a key must be distinct, so that a read says which write it saw. `null` is what a key holds before the first write
 * and after a deletion, so a read of it does not say where it is from.
 */
import { badHistory } from '../errors.ts';
import { type History, type Operation, shownValue, type Value, valueKey } from '../history.ts';
import { checkShapes, unknownKind } from '../well-formed.ts';

export interface Access {
  readonly number: number;
  readonly operation: Operation;
  readonly key: Operation['key'];
  /** Its session, and its place there. A write of unknown outcome is the end of a session of its own: nothing is known to follow it. */
  readonly session: number;
  readonly place: number;
  /** The access before it in its process. */
  readonly before: Access | undefined;
  readonly reads: boolean;
  /** Of a read: that it returns all siblings, rather than one value that won over the others. */
  readonly siblings: boolean;
  /** The writes it read from. Empty if it read `null`, or what nobody wrote. */
  readonly sources: readonly Access[];
  /** What it read and nobody wrote. */
  readonly thinAir: readonly Value[];
  readonly writes: boolean;
  /** A write that leaves nothing. */
  readonly deletes: boolean;
}

export interface Sessions {
  readonly accesses: readonly Access[];
  /** The accesses of each session in order. */
  readonly sessions: readonly (readonly Access[])[];
}

type Draft = { -readonly [Name in keyof Access]: Access[Name] };

const KINDS = ['read', 'siblings', 'write', 'delete', 'cas'];

/** @throws QuorateError `bad-history`, also if a value is written twice to one key. */
export function sessionsOf(history: History, model: string): Sessions {
  checkShapes(history, (operation) => problemOf(operation, model));
  const writers = writersOf(history);
  const read = readValues(history.operations);
  const drafts: Draft[] = [];
  const sessions: Draft[][] = [];
  const latest = new Map<Operation['process'], Draft>();
  const draftOf = new Map<Operation, Draft>();
  for (const operation of [...history.operations].sort((one, other) => one.invocationMs - other.invocationMs)) {
    if (!matters(operation, read)) continue;
    const before = latest.get(operation.process);
    const alone = operation.outcome === 'unknown' || before === undefined;
    const session = alone ? sessions.push([]) - 1 : before.session;
    const draft = draftFor(operation, { number: drafts.length, session, place: sessions[session]?.length ?? 0, before });
    sessions[session]?.push(draft);
    drafts.push(draft);
    draftOf.set(operation, draft);
    if (operation.outcome === 'ok') latest.set(operation.process, draft);
  }
  for (const draft of drafts) findSources(draft, writers, draftOf);
  return { accesses: drafts, sessions };
}

type Place = Pick<Access, 'number' | 'session' | 'place' | 'before'>;

function draftFor(operation: Operation, place: Place): Draft {
  const { kind, key, output } = operation;
  const swapped = kind === 'cas' && output !== false;
  return {
    ...place,
    operation,
    key,
    reads: kind === 'read' || kind === 'siblings' || swapped,
    siblings: kind === 'siblings',
    sources: [],
    thinAir: [],
    writes: kind === 'write' || kind === 'delete' || swapped,
    deletes: (kind === 'write' || kind === 'delete') && (operation.input ?? null) === null,
  };
}

function findSources(draft: Draft, writers: Map<string, Operation>, draftOf: Map<Operation, Draft>): void {
  const values = valuesRead(draft.operation).filter((value) => value !== null);
  const sources: Access[] = [];
  const thinAir: Value[] = [];
  for (const value of values) {
    const writer = writers.get(place(draft.key, value));
    const source = writer === undefined ? undefined : draftOf.get(writer);
    if (source === undefined) thinAir.push(value);
    else sources.push(source);
  }
  draft.sources = sources;
  draft.thinAir = thinAir;
}

/** Reads that never returned say nothing; writes that never returned count if somebody saw them, or if they delete. */
function matters(operation: Operation, read: ReadonlySet<string>): boolean {
  const { kind, key, outcome, output } = operation;
  if (outcome === 'fail' || (kind === 'cas' && output === false)) return false;
  if (outcome === 'ok') return true;
  const value = valueWritten(operation);
  return value === null || (value !== undefined && read.has(place(key, value)));
}

/** The one write of each value to each key. */
function writersOf({ operations, lines }: History): Map<string, Operation> {
  const writers = new Map<string, Operation>();
  for (const [index, operation] of operations.entries()) {
    const value = valueWritten(operation);
    if (operation.outcome === 'fail' || value === undefined || value === null) continue;
    const at = place(operation.key, value);
    if (writers.has(at)) {
      const where = operation.key === undefined ? '' : ` to key ${operation.key}`;
      throw badHistory(`writes ${shownValue(value)}${where} a second time; this model needs distinct values`, lines?.[index]);
    }
    writers.set(at, operation);
  }
  return writers;
}

function readValues(operations: readonly Operation[]): Set<string> {
  const values = new Set<string>();
  for (const operation of operations) {
    if (operation.outcome === 'fail') continue;
    for (const value of valuesRead(operation)) values.add(place(operation.key, value));
  }
  return values;
}

function valuesRead({ kind, input, output = null, outcome }: Operation): readonly Value[] {
  if (kind === 'cas') return output !== false && Array.isArray(input) ? [input[0] ?? null] : [];
  if (outcome !== 'ok') return [];
  if (kind === 'read') return [output];
  return kind === 'siblings' && Array.isArray(output) ? output : [];
}

function valueWritten({ kind, input = null, output }: Operation): Value | undefined {
  if (kind === 'cas') return output !== false && Array.isArray(input) ? (input[1] ?? null) : undefined;
  if (kind === 'delete') return null;
  return kind === 'write' ? input : undefined;
}

function place(key: Operation['key'], value: Value): string {
  return `${JSON.stringify(key ?? null)}:${valueKey(value)}`;
}

function problemOf(operation: Operation, model: string): string | undefined {
  const { kind, input, output, outcome } = operation;
  if (!KINDS.includes(kind)) return unknownKind(model, operation, KINDS);
  if (kind === 'cas' && (!Array.isArray(input) || input.length !== 2)) return 'has a cas whose input is no pair [from, to]';
  if (kind !== 'siblings' || outcome !== 'ok' || Array.isArray(output)) return undefined;
  return `has siblings that are ${shownValue(output ?? null)}, which is no list`;
}
