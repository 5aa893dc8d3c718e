/** What the drill says in the end: each promise of the store, and whether it was kept. */

import { type Finding, type History, type Judgement, judgeHistory } from '../../verification/histories/index.ts';
import type { InStep, LoneWrites, Rings } from './proofs/index.ts';
import { describeChange, type HappenedChange } from './ring-changes/index.ts';

export interface Check {
  readonly name: string;
  /** Which of the seven proofs it is, if it is one. */
  readonly proof?: number;
  /** Why it was not looked at, or not wholly. */
  readonly missing?: string;
  /** What was looked at. */
  readonly looked: string;
  /** How often it was broken. */
  readonly broken: number;
}

export interface Verdict {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly judgement: Judgement;
  /** Of the atomic bucket. */
  readonly registers: Judgement | undefined;
  /** What is wrong beyond the history: in whole sentences. */
  readonly remarks: readonly string[];
}

export interface Evidence {
  readonly history: History;
  readonly registers: History | undefined;
  readonly loneWrites: LoneWrites;
  readonly inStep: InStep | undefined;
  readonly rings: Rings | undefined;
  /** Of the ring. */
  readonly changes: readonly HappenedChange[];
  readonly keys: number;
  /** Whether quorums of reads and writes overlap; if not, stale reads are allowed. */
  readonly overlapping: boolean;
  /** Keys that could not be read in the end. */
  readonly unread: readonly string[];
  /** Nodes that ended by themselves. */
  readonly accidents: readonly string[];
  /** Nodes that the drill looked after; none if they are others'. */
  readonly watched: number;
}

const STEPS_MAXIMUM = 3_000_000;

const RULES: readonly (readonly [name: string, rules: readonly string[], looked: string, proof?: number])[] = [
  ['no acknowledged write is lost', ['an acknowledged write is lost'], 'acknowledged writes', 1],
  [
    'nothing deleted or superseded comes back',
    ['a deleted value has returned', 'a superseded value has returned'],
    'final reads',
    2,
  ],
  ['no read misses what was acknowledged before it', ['stale read'], 'reads'],
  ['siblings are exactly the concurrent writes', ['a false sibling', 'a value is its own sibling'], 'reads', 3],
];

export function judgeDrill(evidence: Evidence): Verdict {
  const { history, keys, overlapping, unread, accidents, watched, loneWrites, inStep, rings } = evidence;
  const judgement = judgeHistory(history, 'kv', { staleAllowed: !overlapping });
  const named = new Set(RULES.flatMap(([, rules]) => rules));
  const count = (is: (finding: Finding) => boolean): number => judgement.findings.filter(is).length;
  const registers = judgeRegisters(evidence.registers);
  const checks: Check[] = RULES.map(([name, rules, looked, proof]) => ({
    name,
    ...(proof === undefined ? {} : { proof }),
    looked: `${shown(judgement.figures[looked] ?? 0)} ${looked}`,
    broken: count(({ anomaly }) => rules.includes(anomaly)),
  }));
  checks.push(
    inStepCheck(inStep),
    {
      name: 'any reachable node takes writes with W=1',
      proof: 5,
      looked: `${shown(loneWrites.attempts)} writes to nodes that were reachable, ${shown(loneWrites.inTrouble)} of them during a fault`,
      broken: loneWrites.refused.length,
    },
    registers.check,
    {
      name: 'all nodes tell the same ring',
      proof: 7,
      looked: `the preference lists of ${shown(rings?.nodes ?? 0)} nodes`,
      broken: rings?.differences.length ?? 0,
      ...(rings === undefined ? { missing: 'interrupted' } : {}),
    },
    {
      name: 'only what was written is read',
      looked: `${shown(judgement.figures['reads'] ?? 0)} reads`,
      broken: count(({ anomaly }) => !named.has(anomaly)),
    },
    { name: 'healed, all replicas answer for every key', looked: `${shown(keys)} keys`, broken: unread.length },
  );
  if (evidence.changes.length > 0) checks.push(changesCheck(evidence.changes));
  if (watched > 0) {
    checks.push({ name: 'no node ends by itself', looked: `${watched} nodes`, broken: accidents.length });
  }
  return {
    ok: checks.every(({ broken }) => broken === 0),
    checks,
    judgement,
    registers: registers.judgement,
    remarks: [
      ...accidents,
      ...unread.map((one) => `not read in the end: ${one}`),
      ...evidence.changes.flatMap(({ change, failure }) =>
        failure === undefined ? [] : `${describeChange(change)}: ${failure}`,
      ),
      ...(inStep?.left ?? []),
      ...loneWrites.refused,
      ...(rings?.differences ?? []),
    ],
  };
}

function changesCheck(changes: readonly HappenedChange[]): Check {
  return {
    name: 'changes of the ring are made and come to rest',
    looked: changes.map(({ change }) => describeChange(change)).join(', '),
    broken: changes.filter(({ failure }) => failure !== undefined).length,
  };
}

function inStepCheck(inStep: InStep | undefined): Check {
  const name = 'home replicas are equal in the end, and no hints remain';
  if (inStep === undefined) return { name, proof: 4, looked: 'nothing', broken: 0, missing: 'interrupted' };
  const { tookMs, left, roots, notAsked } = inStep;
  const seconds = `${(tookMs / 1_000).toFixed(1)} s after the last fault`;
  return {
    name,
    proof: 4,
    looked: `${roots === 0 ? '' : `${shown(roots)} roots, `}${seconds}`,
    broken: left.length,
    ...(notAsked.length === 0 ? {} : { missing: `the nodes do not tell of ${notAsked.join(' and ')}` }),
  };
}

function judgeRegisters(history: History | undefined): { readonly check: Check; readonly judgement: Judgement | undefined } {
  const about = { name: 'the atomic bucket is linearizable', proof: 6 };
  if (history === undefined)
    return {
      check: { ...about, looked: 'nothing', broken: 0, missing: 'the cluster has no atomic bucket for drills' },
      judgement: undefined,
    };
  const judgement = judgeHistory(history, 'map', { mostSteps: STEPS_MAXIMUM });
  const answered = history.operations.filter(({ outcome }) => outcome === 'ok').length;
  const isOpen = judgement.verdict !== 'ok' && judgement.findings.length === 0;
  return {
    judgement,
    check: {
      ...about,
      looked: `${shown(answered)} reads and writes`,
      broken: judgement.findings.length,
      ...(isOpen ? { missing: 'too much for the judge: not decided' } : {}),
    },
  };
}

function shown(count: number): string {
  return count.toLocaleString('en-GB');
}
