/** Changes of who holds what, drawn from a seed: nodes that join, leave, are removed or weighted, and disks that are lost. */
import type { SeededRandom } from '../../../runtime/simulated/index.ts';
import { choice, type Fields, fieldsOf, listOf, whole } from '../decoding.ts';

const KINDS = ['join', 'leave', 'remove', 'weight', 'wipe'] as const;

/** `remove` leaves the node running, which may not hear of it for long; `wipe` starts it again on an empty disk. */
export interface RingEvent {
  readonly kind: (typeof KINDS)[number];
  readonly atMs: number;
  /** Index of the node. */
  readonly node: number;
  /** Of a removal: it crashes first. Nobody keeps it from being started again. */
  readonly crashes: boolean;
}

/** Nodes that can join. */
export const NEWCOMERS = 2;

const MOST_EVENTS = 4;
/** Disks that are lost for good, by a removal or a new disk: more than the replicas of a register can bear tell nothing. */
const MOST_LOSSES = 2;
const LATEST_EVENT_PERCENT = 70;
const PERCENT = 100;

export function drawRingEvents(random: SeededRandom, nodes: number, durationMs: number): readonly RingEvent[] {
  const members = new Set(Array.from({ length: nodes }, (_unused, index) => index));
  const times = Array.from({ length: 2 + random.below(MOST_EVENTS - 1) }, () =>
    random.below(Math.floor((durationMs * LATEST_EVENT_PERCENT) / PERCENT)),
  ).sort((a, b) => a - b);
  let [newcomer, losses] = [nodes, 0];
  return times.map((atMs): RingEvent => {
    const kind = random.pick(KINDS);
    const isLoss = kind === 'wipe' || kind === 'remove';
    const mayLeave = members.size > 3;
    if (
      (isLoss && losses < MOST_LOSSES && (kind === 'wipe' || mayLeave)) ||
      (kind === 'leave' && mayLeave) ||
      kind === 'weight'
    ) {
      const node = random.pick([...members]);
      if (isLoss) losses++;
      if (kind === 'leave' || kind === 'remove') members.delete(node);
      return { kind, atMs, node, crashes: kind === 'remove' && random.below(2) === 0 };
    }
    if (newcomer < nodes + NEWCOMERS) {
      members.add(newcomer);
      return { kind: 'join', atMs, node: newcomer++, crashes: false };
    }
    return { kind: 'weight', atMs, node: random.pick([...members]), crashes: false };
  });
}

export function decodeRingEvents(value: unknown, path: string): readonly RingEvent[] {
  return listOf(value, path).map((item, index) => {
    const fields: Fields = fieldsOf(item, `${path}[${index}]`);
    return {
      kind: choice(fields, 'kind', KINDS),
      atMs: whole(fields, 'atMs', 0, Number.MAX_SAFE_INTEGER),
      node: whole(fields, 'node', 0, 1_000),
      crashes: fields.value['crashes'] === true,
    };
  });
}
