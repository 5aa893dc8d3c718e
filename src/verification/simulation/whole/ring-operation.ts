/** What an administrator does to the ring while clients are at work, as data: orders, drawn from a seed. */
import type { SeededRandom } from '../../../runtime/simulated/index.ts';
import { newcomerName, nodeName } from '../cluster.ts';
import { choice, type Fields, malformed, whole } from '../decoding.ts';

const RING_KINDS = ['join', 'leave', 'weight', 'remove', 'replace', 'pause', 'resume', 'cancel'] as const;

/**
 * `join`, `leave` and `weight` are decided about a node that is well; with `remove` its machine is gone for good, and a while later it is
 * removed; with `replace` another node joins in the same plan.
 */
export interface RingOperation {
  readonly bucket: 'ring';
  readonly kind: (typeof RING_KINDS)[number];
  readonly atMs: number;
  readonly client: number;
  /** Who is asked first. */
  readonly node: number;
  readonly key: number;
  /** Of `weight`, the weight; of `remove` and `replace`, milliseconds until it is decided. */
  readonly amount: number;
  readonly target: string;
  /** Of `replace`, who comes. */
  readonly by: string;
  /** Decided at once, and not planned before. */
  readonly isImmediate: boolean;
}

export interface RingMix {
  readonly nodes: number;
  readonly newcomers: number;
  readonly durationMs: number;
  /** Whether what one disk holds is held by another too, so that one machine may be lost. */
  readonly mayDestroy: boolean;
}

/** Of N=3: whatever is decided, so many members must be left. */
const LEAST_MEMBERS = 3;
const WEIGHT_MAX = 4;
const GIVEN_UP_MS_MAX = 2_000;
const PAUSE_MS_MAX = 3_000;
const AMOUNT_MAX = 1_000_000;

/** A few decisions at any time, so that one often comes while another is carried out. */
export function drawRingOperations(random: SeededRandom, mix: RingMix): RingOperation[] {
  const { nodes, newcomers, durationMs } = mix;
  const joiners = Array.from({ length: newcomers }, (_unused, index) => newcomerName(index));
  const leavers = random.shuffle(Array.from({ length: nodes }, (_unused, index) => nodeName(index))).slice(LEAST_MEMBERS);
  let mayDestroy = mix.mayDestroy;
  const operations: RingOperation[] = [];
  const order = (kind: RingOperation['kind'], atMs: number, more: Partial<RingOperation> = {}): void => {
    const isImmediate = random.below(3) === 0 && kind !== 'replace';
    const common = { bucket: 'ring', client: 0, node: random.below(nodes), key: 0, amount: 0, target: '', by: '' } as const;
    operations.push({ ...common, kind, atMs, isImmediate, ...more });
  };
  for (let count = 1 + random.below(4); count > 0; count--) {
    const atMs = random.below(durationMs);
    const drawn = random.below(10);
    if (drawn < 4 && joiners.length > 0) order('join', atMs, { target: joiners.pop() as string });
    else if (drawn < 6 && leavers.length > 0) order('leave', atMs, { target: leavers.pop() as string });
    else if (drawn < 8 && leavers.length > 0 && mayDestroy) {
      mayDestroy = false;
      const by = random.below(2) === 0 ? joiners.pop() : undefined;
      const gone = { target: leavers.pop() as string, amount: random.below(GIVEN_UP_MS_MAX) };
      order(by === undefined ? 'remove' : 'replace', atMs, by === undefined ? gone : { ...gone, by });
    } else if (drawn < 9) {
      order('weight', atMs, { target: nodeName(random.below(nodes)), amount: 1 + random.below(WEIGHT_MAX) });
    } else order('cancel', atMs);
  }
  if (random.below(4) === 0) {
    const atMs = random.below(durationMs);
    order('pause', atMs);
    order('resume', Math.min(durationMs - 1, atMs + random.below(PAUSE_MS_MAX)));
  }
  return operations.sort((a, b) => a.atMs - b.atMs);
}

/** @throws QuorateError `plan-malformed` */
export function decodeRingOperation(fields: Fields): RingOperation {
  const { isImmediate } = fields.value;
  if (typeof isImmediate !== 'boolean') throw malformed(`${fields.path}.isImmediate`, isImmediate, 'true or false');
  return {
    bucket: 'ring',
    kind: choice(fields, 'kind', RING_KINDS),
    atMs: whole(fields, 'atMs', 0, Number.MAX_SAFE_INTEGER),
    client: whole(fields, 'client', 0, AMOUNT_MAX),
    node: whole(fields, 'node', 0, AMOUNT_MAX),
    key: whole(fields, 'key', 0, AMOUNT_MAX),
    amount: whole(fields, 'amount', 0, AMOUNT_MAX),
    target: text(fields, 'target'),
    by: text(fields, 'by'),
    isImmediate,
  };
}

function text({ value, path }: Fields, name: string): string {
  const given = value[name];
  if (typeof given === 'string') return given;
  throw malformed(`${path}.${name}`, given, 'a text');
}
