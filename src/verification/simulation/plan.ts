/**
 * A run as data: the seed, the setup, the faults and the operations, all drawn before anything happens. The same plan always gives
 * the same run, byte for byte; a smaller plan is a smaller run.
 */
import { QuorateError } from '../../runtime/errors/index.ts';
import { fieldsOf, listOf, malformed, whole } from './decoding.ts';
import { decodeFaults, endOf, type Fault } from './faults/index.ts';

export interface Plan<Setup, Operation> {
  /** Decides what the network and the disks do from moment to moment, and all that the processes draw. */
  readonly seed: bigint;
  /** How long faults and operations go on, in milliseconds. */
  readonly durationMs: number;
  readonly setup: Setup;
  readonly faults: readonly Fault[];
  readonly operations: readonly Operation[];
}

/** How a subject's own parts of a plan are read from a file. Each throws QuorateError `plan-malformed`. */
export interface PlanForm<Setup, Operation> {
  /** Of what: a plan of one subject is refused by the others. */
  readonly subject: string;
  setup(value: unknown, path: string): Setup;
  operation(value: unknown, path: string): Operation;
}

/** Raised whenever the same plan would mean another run. */
const VERSION = 1;
const FORMAT = 'quorate simulation plan';
const MOST_DURATION_MS = 86_400_000;
const SEED = /^0x[0-9a-f]{1,16}$/;

export function seedText(seed: bigint): string {
  return `0x${seed.toString(16)}`;
}

/** JSON, one fault and one operation per line. */
export function encodePlan<Setup, Operation>(form: PlanForm<Setup, Operation>, plan: Plan<Setup, Operation>): string {
  const head = {
    format: FORMAT,
    version: VERSION,
    subject: form.subject,
    seed: seedText(plan.seed),
    durationMs: plan.durationMs,
  };
  const list = (items: readonly unknown[]): string =>
    items.length === 0 ? '[]' : `[\n    ${items.map((item) => JSON.stringify(item)).join(',\n    ')}\n  ]`;
  const lines = [
    ...Object.entries(head).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`),
    `  "setup": ${JSON.stringify(plan.setup)}`,
    `  "faults": ${list(plan.faults)}`,
    `  "operations": ${list(plan.operations)}`,
  ];
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** @throws QuorateError `plan-malformed`, or `plan-version` for a plan that another version of the program has written. */
export function decodePlan<Setup, Operation>(form: PlanForm<Setup, Operation>, json: string): Plan<Setup, Operation> {
  const fields = fieldsOf(parse(json), 'plan');
  const { format, version, subject, seed, setup, faults, operations } = fields.value;
  if (format !== FORMAT) throw malformed('format', format, `'${FORMAT}'`);
  if (version !== VERSION) throw otherVersion(version);
  if (subject !== form.subject) throw malformed('subject', subject, `'${form.subject}'`);
  if (typeof seed !== 'string' || !SEED.test(seed)) throw malformed('seed', seed, 'a hexadecimal seed behind 0x');
  return {
    seed: BigInt(seed),
    durationMs: whole(fields, 'durationMs', 1, MOST_DURATION_MS),
    setup: form.setup(setup, 'setup'),
    faults: decodeFaults(faults),
    operations: listOf(operations, 'operations').map((item, index) => form.operation(item, `operations[${index}]`)),
  };
}

/** @returns what the plan is of, or `undefined` if it is none: {@link decodePlan} says what is wrong with it. */
export function subjectOfPlan(json: string): string | undefined {
  try {
    const { subject } = fieldsOf(parse(json), 'plan').value;
    return typeof subject === 'string' ? subject : undefined;
  } catch (error) {
    if (error instanceof QuorateError) return undefined;
    throw error;
  }
}

/** The same plan, but nothing in it lasts longer than that. */
export function shortened<Setup, Operation extends { readonly atMs: number }>(
  plan: Plan<Setup, Operation>,
  durationMs: number,
): Plan<Setup, Operation> {
  const faults = plan.faults
    .filter(({ atMs }) => atMs < durationMs)
    .map((fault) => (endOf(fault) <= durationMs || !('forMs' in fault) ? fault : { ...fault, forMs: durationMs - fault.atMs }));
  return { ...plan, durationMs, faults, operations: plan.operations.filter(({ atMs }) => atMs < durationMs) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw malformed('the file', error instanceof Error ? error.message : error, 'JSON');
  }
}

function otherVersion(version: unknown): QuorateError {
  return new QuorateError({
    code: 'plan-version',
    message: `the plan has version ${JSON.stringify(version) ?? 'none'}, this program runs version ${VERSION}`,
    outcome: 'not-applied',
    next: 'Replay it with the version of Quorate that wrote it.',
    data: { version: String(version), expected: VERSION },
  });
}
