/**
 * What the key-value store promises of keys with siblings, judged from a history that says of each write what its writer had seen:
 *
 * - `put` of `{ id, after }`: `id` is stored, and supersedes the writes named in `after` and all that those had superseded;
 * - `delete` of `{ id, after }`: leaves nothing of them;
 * - `get` -> the ids that were found, at any time, by a quorum of replicas;
 * - `get-all` -> the same from all replicas, after the last write has ended: the final word on the key.
 *
 * The rules are those of `KnownWrites`, by which the simulator judges too. Beyond them, quorums of reads and writes overlap: a `get`
 * must not miss what was acknowledged before it began, unless stale reads are allowed, for all or for this one by an input of
 * `{ mayBeStale: true }`: others than the home replicas may have taken the write.
 */
import { byKey } from '../by-key.ts';
import { type Finding, type Judgement, judgementOf, type Link } from '../finding.ts';
import { describeOperation, type History, type Operation, shownValue, type Value } from '../history.ts';
import { checkShapes, unknownKind } from '../well-formed.ts';
import { KnownWrites, Violation, type WriteEvent } from './known-writes.ts';

export interface KvOptions {
  /** Whether a read may miss an acknowledged write, as with R + W <= N: then those reads are only counted. Default: no. */
  readonly staleAllowed?: boolean;
}

interface Change {
  readonly id: string;
  readonly after: readonly string[];
}

const KINDS = ['put', 'delete', 'get', 'get-all'];
const STALE = 'stale read';

/** @throws QuorateError `bad-history`. */
export function checkKv(history: History, { staleAllowed = false }: KvOptions = {}): Judgement {
  checkShapes(history, problemOf);
  const findings: Finding[] = [];
  let stale = 0;
  for (const operations of byKey(history.operations).values()) {
    const judge = new KeyJudge(operations);
    const found = judge.findings();
    stale += judge.excused + found.filter(({ anomaly }) => anomaly === STALE).length;
    findings.push(...(staleAllowed ? found.filter(({ anomaly }) => anomaly !== STALE) : found));
  }
  const count = (is: (operation: Operation) => boolean): number => history.operations.filter(is).length;
  return judgementOf(findings, {
    'acknowledged writes': count(({ kind, outcome }) => isChange(kind) && outcome === 'ok'),
    'writes of unknown outcome': count(({ kind, outcome }) => isChange(kind) && outcome === 'unknown'),
    reads: count(({ kind, outcome }) => kind === 'get' && outcome === 'ok'),
    'final reads': count(({ kind, outcome }) => kind === 'get-all' && outcome === 'ok'),
    'stale reads': stale,
  });
}

/** One key, in the order in which writes began and reads ended: a read can only have seen what had begun. */
class KeyJudge {
  readonly #operations: readonly Operation[];
  readonly #known = new KnownWrites();
  readonly #operationOf = new Map<string, Operation>();
  readonly #acknowledged: { readonly write: WriteEvent; readonly atMs: number }[] = [];
  readonly #findings: Finding[] = [];
  /** Stale reads that said of themselves that they might be. */
  excused = 0;
  /** What final reads have shown. */
  readonly #finals = new Set<string>();

  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  findings(): readonly Finding[] {
    const moments = this.#operations.map((operation) => ({
      operation,
      atMs: isChange(operation.kind) ? operation.invocationMs : (operation.responseMs ?? Number.POSITIVE_INFINITY),
    }));
    moments.sort(
      (one, other) => one.atMs - other.atMs || Number(isChange(other.operation.kind)) - Number(isChange(one.operation.kind)),
    );
    for (const { operation } of moments) {
      if (isChange(operation.kind)) this.#write(operation);
      else if (operation.outcome === 'ok') this.#read(operation);
    }
    return this.#findings;
  }

  #write(operation: Operation): void {
    const { id, after } = changeOf(operation.input);
    this.#operationOf.set(id, operation);
    this.#judging(operation, () => {
      const seen = this.#known.closure(after);
      const write = this.#known.begin(id, `${operation.key}`, operation.kind === 'delete', seen);
      write.fate = operation.outcome === 'ok' ? 'acknowledged' : operation.outcome === 'fail' ? 'not-applied' : 'unknown';
      if (operation.outcome === 'ok' && operation.responseMs !== undefined)
        this.#acknowledged.push({ write, atMs: operation.responseMs });
    });
  }

  #read(operation: Operation): void {
    const ids = textsIn(operation.output);
    const key = `${operation.key}`;
    this.#judging(operation, () => {
      if (operation.kind === 'get-all') {
        this.#known.onFinalRead(key, ids);
        return;
      }
      this.#known.onRead(key, ids);
      const before = this.#acknowledged.filter(({ atMs }) => atMs < operation.invocationMs).map(({ write }) => write);
      const missed = this.#known.missedBy(key, ids, before);
      if (missed !== undefined && mayBeStale(operation)) this.excused++;
      else if (missed !== undefined)
        throw new Violation(
          STALE,
          `${key}: ${missed.id} was acknowledged before and is missing, found was ${ids.join(' ') || 'nothing'}`,
          [missed.id],
        );
    });
  }

  #judging(operation: Operation, judge: () => void): void {
    try {
      judge();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      // A second final read that finds the same is no second loss.
      const told = operation.kind === 'get-all' ? error.message : undefined;
      if (told !== undefined && this.#finals.has(told)) return;
      if (told !== undefined) this.#finals.add(told);
      this.#findings.push(this.#finding(operation, error));
    }
  }

  #finding(operation: Operation, { rule, message, writes }: Violation): Finding {
    const concerned = writes.flatMap((id) => this.#operationOf.get(id) ?? []);
    const links = concerned.flatMap((write): Link[] =>
      write === operation ? [] : [{ from: write, to: operation, label: 'shown by' }],
    );
    return {
      anomaly: rule,
      ...(operation.key === undefined ? {} : { key: operation.key }),
      explanation: `${message.slice(rule.length + 2)}. It shows in '${describeOperation(operation)}'.`,
      operations: [...new Set([...concerned, operation])],
      links,
    };
  }
}

function isChange(kind: string): boolean {
  return kind === 'put' || kind === 'delete';
}

function problemOf(operation: Operation): string | undefined {
  const { kind, input, output, outcome, key } = operation;
  if (!KINDS.includes(kind)) return unknownKind('kv', operation, KINDS);
  if (key === undefined) return `has a ${kind} without a key`;
  if (isChange(kind))
    return isChangeInput(input) ? undefined : `has a ${kind} of ${shownValue(input ?? null)}, not of { id, after }`;
  if (outcome !== 'ok' || isTexts(output)) return undefined;
  return `has a ${kind} that found ${shownValue(output ?? null)}, which is no list of ids`;
}

function mayBeStale({ input }: Operation): boolean {
  return typeof input === 'object' && input !== null && 'mayBeStale' in input && input['mayBeStale'] === true;
}

function changeOf(input: Value | undefined): Change {
  return isChangeInput(input) ? input : { id: '', after: [] };
}

function isChangeInput(input: Value | undefined): input is { readonly id: string; readonly after: readonly string[] } {
  if (typeof input !== 'object' || input === null) return false;
  const { id, after } = { id: undefined, after: undefined, ...input };
  return typeof id === 'string' && isTexts(after);
}

function textsIn(value: Value | undefined): readonly string[] {
  return isTexts(value) ? value : [];
}

function isTexts(value: Value | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((one: Value) => typeof one === 'string');
}
