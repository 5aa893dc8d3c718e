/** What `quorate simulate` was asked for: what cannot be together, what a plan is drawn by, and the command that draws it again. */
import {
  type KvPlanOptions,
  kvSubject,
  type Subject,
  seedText,
  subjectOfPlan,
  type WholePlanOptions,
  wholeSubject,
} from '../../verification/simulation/index.ts';
import { counted } from './amounts.ts';
import { usageError } from './failure.ts';

export interface SimulateOptions {
  readonly runs?: number;
  readonly minutes?: number;
  readonly first?: bigint;
  readonly seed?: bigint;
  readonly replay?: string;
  readonly trace: boolean;
  readonly whole?: boolean;
  readonly ringChanges?: boolean;
  readonly nodes?: number;
  readonly clients?: number;
  readonly zones?: number;
  readonly seconds?: number;
  readonly save: string;
  readonly shrink: boolean;
  readonly json?: boolean;
}

/** Each subject takes those that mean something to it. */
export type PlanOptions = KvPlanOptions & WholePlanOptions;

export type SimulatedSubject<Setup, Operation> = Subject<Setup, Operation, PlanOptions>;

const REPLAY_EXCLUDES = '--whole, --ring-changes, --nodes, --clients, --zones or --seconds';

export function refuseContradictions(options: SimulateOptions): void {
  const { seed, replay, runs, minutes, first, nodes, zones, trace, ringChanges } = options;
  const single = replay !== undefined ? '--replay' : seed !== undefined ? '--seed' : undefined;
  if (replay !== undefined && seed !== undefined) throw usageError('--seed and --replay cannot be used together.');
  if (runs !== undefined && minutes !== undefined) throw usageError('--runs and --minutes cannot be used together.');
  if (single === undefined && trace) throw usageError('--trace needs --seed or --replay: it shows one run.');
  for (const [name, value] of Object.entries({ runs, minutes, first })) {
    if (single === undefined || value === undefined) continue;
    throw usageError(`--${name} and ${single} cannot be used together: ${single} is one run.`);
  }
  if (zones !== undefined && nodes !== undefined && nodes < zones) {
    throw usageError(`--nodes ${nodes} cannot fill --zones ${zones}: each zone needs a node.`);
  }
  if (zones !== undefined && ringChanges === true) {
    throw usageError('--zones and --ring-changes cannot be used together: nodes that join are all of one zone.');
  }
  if (replay !== undefined && shapeFlags(options) !== '') {
    throw usageError(`--replay cannot be used with ${REPLAY_EXCLUDES}: the file says what they are.`);
  }
}

export function planOptionsOf({ nodes, clients, zones, seconds, ringChanges }: SimulateOptions): PlanOptions {
  return {
    ...(zones === undefined ? {} : { zones }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(clients === undefined ? {} : { clients }),
    ...(seconds === undefined ? {} : { durationMs: seconds * 1_000 }),
    ...(ringChanges === true ? { ringChanges } : {}),
  };
}

/** Whether all seven proofs are asked for, by the options or by the file that is replayed. */
export function isWhole({ whole, ringChanges }: SimulateOptions, file: string | undefined): boolean {
  if (file !== undefined) return subjectOfPlan(file) === wholeSubject().form.subject;
  return whole === true || ringChanges === true;
}

/** Of the kv store alone, and of everything at once. */
export function usualSubjects() {
  return { kv: kvSubject(), whole: wholeSubject() };
}

export function replayCommand(options: SimulateOptions, seed: bigint): string {
  return `quorate simulate --seed ${seedText(seed)}${shapeFlags(options)}`;
}

/** For the summary. */
export function shapeText({ nodes, zones, clients, seconds, whole, ringChanges }: SimulateOptions): string {
  return [
    nodes === undefined ? '' : ` of ${nodes} nodes`,
    zones === undefined ? '' : ` in ${zones} zones`,
    clients === undefined ? '' : `, ${counted(clients, 'client')}`,
    seconds === undefined ? '' : `, ${seconds} s each`,
    ringChanges === true ? ', while the ring changes' : whole === true ? ', everything at once' : '',
  ].join('');
}

function shapeFlags({ whole, ringChanges, nodes, clients, zones, seconds }: SimulateOptions): string {
  const kind = ringChanges === true ? ' --ring-changes' : whole === true ? ' --whole' : '';
  const numbers = Object.entries({ nodes, clients, zones, seconds });
  return `${kind}${numbers.map(([name, value]) => (value === undefined ? '' : ` --${name} ${value}`)).join('')}`;
}
