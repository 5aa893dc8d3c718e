/** What the drill says in the end: each promise of the store, and whether it was kept. */
import { type Finding, type History, type Judgement, judgeHistory } from '../../verification/histories/index.ts';

export interface Check {
  readonly name: string;
  /** What was looked at. */
  readonly looked: string;
  /** How often it was broken. */
  readonly broken: number;
}

export interface Verdict {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly judgement: Judgement;
  /** What is wrong beyond the history: in whole sentences. */
  readonly remarks: readonly string[];
}

export interface Evidence {
  readonly history: History;
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

const RULES: readonly (readonly [name: string, rules: readonly string[], looked: string])[] = [
  ['no acknowledged write is lost', ['an acknowledged write is lost'], 'acknowledged writes'],
  [
    'nothing deleted or superseded comes back',
    ['a deleted value has returned', 'a superseded value has returned'],
    'final reads',
  ],
  ['no read misses what was acknowledged before it', ['stale read'], 'reads'],
  ['siblings are exactly the concurrent writes', ['a false sibling', 'a value is its own sibling'], 'reads'],
];

export function judgeDrill({ history, keys, overlapping, unread, accidents, watched }: Evidence): Verdict {
  const judgement = judgeHistory(history, 'kv', { staleAllowed: !overlapping });
  const named = new Set(RULES.flatMap(([, rules]) => rules));
  const count = (is: (finding: Finding) => boolean): number => judgement.findings.filter(is).length;
  const checks: Check[] = RULES.map(([name, rules, looked]) => ({
    name,
    looked: `${shown(judgement.figures[looked] ?? 0)} ${looked}`,
    broken: count(({ anomaly }) => rules.includes(anomaly)),
  }));
  checks.push({
    name: 'only what was written is read',
    looked: `${shown(judgement.figures['reads'] ?? 0)} reads`,
    broken: count(({ anomaly }) => !named.has(anomaly)),
  });
  checks.push({ name: 'healed, all replicas answer for every key', looked: `${shown(keys)} keys`, broken: unread.length });
  if (watched > 0) {
    checks.push({ name: 'no node ends by itself', looked: `${watched} nodes`, broken: accidents.length });
  }
  return {
    ok: checks.every(({ broken }) => broken === 0),
    checks,
    judgement,
    remarks: [...accidents, ...unread.map((one) => `not read in the end: ${one}`)],
  };
}

function shown(count: number): string {
  return count.toLocaleString('en-GB');
}
