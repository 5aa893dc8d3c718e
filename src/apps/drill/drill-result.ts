/** What a drill has seen, before it is judged. */
import type { History } from '../../verification/histories/index.ts';
import type { HappenedFault } from './measure.ts';
import type { InStep, LoneWrites, Rings } from './proofs/index.ts';
import type { HappenedChange } from './ring-changes/index.ts';

export interface DrillResult {
  /** Of the clients that share keys. */
  readonly shared: History;
  /** Theirs, and that of the clients who know one node each. */
  readonly history: History;
  /** Of the atomic bucket, if the cluster has one for drills. */
  readonly registers: History | undefined;
  readonly loneWrites: LoneWrites;
  /** Nothing if it was interrupted before. */
  readonly inStep: InStep | undefined;
  readonly rings: Rings | undefined;
  readonly faults: readonly HappenedFault[];
  readonly changes: readonly HappenedChange[];
  /** Whether its quorums overlap: if not, a read may miss what was acknowledged. */
  readonly overlapping: boolean;
  /** How long clients were at work. */
  readonly lengthMs: number;
  /** Keys that could not be read in the end, with why. */
  readonly unread: readonly string[];
  readonly keys: number;
  readonly wallTimeAtStart: number;
}
