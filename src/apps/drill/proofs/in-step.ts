/** Proofs 4 and 7, by what the nodes themselves tell: hints, roots of Merkle trees, and the ring. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json, Quorate, RingDescription } from '../../../stores/kv/index.ts';

/** A connection to each node alone. */
export type NodeClients = ReadonlyMap<string, Quorate>;

export interface InStep {
  /** From the end of all faults until it was so, or until it was given up. */
  readonly tookMs: number;
  /** What is still not in step, in words. */
  readonly left: readonly string[];
  /** Roots that were compared; 0 if the nodes tell of none. */
  readonly roots: number;
  /** What could not be asked, and why. */
  readonly notAsked: readonly string[];
}

export interface Rings {
  readonly version: string;
  readonly nodes: number;
  readonly differences: readonly string[];
}

export interface WaitOptions {
  readonly limitMs: number;
  nowMs(): number;
  /** Resolves early when the drill is interrupted. */
  pause(): Promise<void>;
  isInterrupted(): boolean;
}

export const HINTS_TOPIC = 'hints';
export const ROOTS_TOPIC = 'roots';
const QUESTION_TIMEOUT_MS = 2_000;

/** Ask again and again, until no hints remain and the home replicas of every partition have equal roots. */
export async function untilInStep(nodes: NodeClients, options: WaitOptions): Promise<InStep> {
  const beganMs = options.nowMs();
  for (;;) {
    const seen = await look(nodes);
    const tookMs = options.nowMs() - beganMs;
    if (seen.left.length === 0 || tookMs > options.limitMs || options.isInterrupted()) return { tookMs, ...seen };
    await options.pause();
  }
}

async function look(nodes: NodeClients): Promise<Omit<InStep, 'tookMs'>> {
  const left: string[] = [];
  const notAsked = new Set<string>();
  const rootsOf = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, quorate] of nodes) {
    try {
      const hints = await asked(quorate, HINTS_TOPIC);
      if (hints === undefined) notAsked.add('hints');
      else left.push(...remainingHints(name, hints));
      const roots = await asked(quorate, ROOTS_TOPIC);
      if (roots === undefined) notAsked.add('Merkle roots');
      else rootsOf.set(name, rootsIn(roots));
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      left.push(`${name} does not tell: ${error.message}`);
    }
  }
  const compared = compareRoots(rootsOf);
  return { left: [...left, ...compared.differences], roots: compared.roots, notAsked: [...notAsked] };
}

/** @returns nothing if the node knows no such topic. */
async function asked(quorate: Quorate, topic: string): Promise<Json | undefined> {
  try {
    return await quorate.administration.ask(topic, undefined, { timeoutMs: QUESTION_TIMEOUT_MS });
  } catch (error) {
    if (error instanceof QuorateError && error.code === 'unknown-topic') return undefined;
    throw error;
  }
}

function remainingHints(name: string, answer: Json): readonly string[] {
  const targets = typeof answer === 'object' && answer !== null && 'targets' in answer ? answer['targets'] : undefined;
  if (!Array.isArray(targets)) return [`${name} does not tell of its hints`];
  return targets.map((target: Json) => `${name} still holds hints: ${JSON.stringify(target)}`);
}

/** By partition; a node tells of those that it is a home of. */
function rootsIn(answer: Json): ReadonlyMap<string, string> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return new Map();
  return new Map(Object.entries(answer).map(([partition, root]) => [partition, String(root)]));
}

function compareRoots(rootsOf: ReadonlyMap<string, ReadonlyMap<string, string>>): {
  readonly roots: number;
  readonly differences: readonly string[];
} {
  const first = new Map<string, { readonly name: string; readonly root: string }>();
  const differences: string[] = [];
  let roots = 0;
  for (const [name, own] of rootsOf) {
    for (const [partition, root] of own) {
      roots++;
      const other = first.get(partition);
      if (other === undefined) first.set(partition, { name, root });
      else if (other.root !== root) differences.push(`partition ${partition}: ${other.name} and ${name} have different roots`);
    }
  }
  return { roots, differences };
}

export async function compareRings(nodes: NodeClients): Promise<Rings> {
  const rings: { readonly name: string; readonly ring: RingDescription }[] = [];
  const differences: string[] = [];
  for (const [name, quorate] of nodes) {
    try {
      rings.push({ name, ring: await quorate.ring({ timeoutMs: QUESTION_TIMEOUT_MS }) });
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      differences.push(`${name} does not tell its ring: ${error.message}`);
    }
  }
  const [first, ...others] = rings;
  for (const { name, ring } of others) {
    if (first === undefined || JSON.stringify(ring) === JSON.stringify(first.ring)) continue;
    differences.push(`${first.name} has ring ${first.ring.version}, ${name} ${ring.version}, and their preference lists differ`);
  }
  return { version: first?.ring.version ?? '', nodes: rings.length, differences };
}
