/** The collection of a tombstone under the checker: how it begins, with the value late, its deletion durable at the first home, and a batch begun. */
import type { ProcessId } from '../../protocols/process/index.ts';
import * as production from '../../protocols/tombstone-collection/index.ts';
import {
  bootOf,
  FIRST,
  type KeyRecord,
  MEMBERS,
  type NodeEffects,
  OTHER,
  persist,
  SECOND,
  SHAPE,
  type State,
  type Stored,
  send,
  TOMBSTONE,
  VALUE,
} from './tombstone-nodes.ts';

/** The value is on its way to a home, or to a stand-in, or in the hands of a reader that repairs with it. */
export type Late = 'write' | 'hint' | 'repair';
export const LATE: readonly Late[] = ['hint', 'repair', 'write'];

/** In which all members are at the beginning, and have been for an era: the rounds in which a pacemaker learns that are left out. */
const FIRST_ERA = 1;
const SINCE = 0;
export interface Beginning {
  readonly asked: readonly ProcessId[];
  readonly late: readonly Late[];
  readonly leader: ProcessId;
}

export function startNode(
  self: ProcessId,
  before: Stored | undefined,
  { late, asked, leader }: Beginning,
  effects: NodeEffects,
): State {
  const starts = (before?.starts ?? 0) + 1;
  const state: State = {
    own: before === undefined ? firstRecord(self, late) : before.own,
    hint: before?.hint,
    starts,
    hasDropped: before?.hasDropped ?? false,
    era:
      before === undefined
        ? { ...production.startEra(FIRST_ERA, false), by: bootOf(leader, 1) }
        : production.startEra(before.era, false),
    promise: undefined,
    batch: undefined,
    pacemaker: self === leader ? pacemakerOf(leader, starts) : undefined,
  };
  const isFirst = before === undefined && self === FIRST;
  if (isFirst) state.batch = firstBatch(asked);
  persist(state, effects, isFirst ? firstMessages(late, asked) : []);
  if (self === leader) effects.push({ kind: 'set-timer', timer: 'want' });
  if (self === OTHER && state.hint !== undefined) effects.push({ kind: 'set-timer', timer: 'deliver' });
  if (self === OTHER && late.includes('repair')) effects.push({ kind: 'set-timer', timer: 'read' });
  return state;
}

/** What is repaired with was there. */
function firstRecord(self: ProcessId, late: readonly Late[]): KeyRecord | undefined {
  if (self === FIRST) return TOMBSTONE;
  return self === SECOND && late.includes('repair') ? VALUE : undefined;
}

/** The first home is clear of its own tombstone. */
function firstBatch(asked: readonly ProcessId[]): production.Batch<ProcessId> {
  return production.beginBatch(
    { era: FIRST_ERA, shape: SHAPE },
    asked.filter((member) => member !== FIRST),
  );
}

/** The value, late; its deletion; and the question, once that is durable. */
function firstMessages(late: readonly Late[], asked: readonly ProcessId[]): NodeEffects {
  const hold = send(OTHER, { kind: 'hold', record: VALUE, readIn: FIRST_ERA });
  return [
    ...(late.includes('write') ? [writeOf(VALUE, FIRST_ERA)] : []),
    ...(late.includes('hint') ? [hold] : []),
    writeOf(TOMBSTONE, FIRST_ERA),
    ...asked.filter((to) => to !== FIRST).map((to) => send(to, { kind: 'ask', era: FIRST_ERA, record: TOMBSTONE })),
  ];
}

function pacemakerOf(leader: ProcessId, starts: number): production.Pacemaker<ProcessId> {
  const pacemaker = production.startPacemaker<ProcessId>(bootOf(leader, starts));
  if (starts > 1) return pacemaker;
  const boots = new Map(MEMBERS.map((member) => [member, bootOf(member, 1)]));
  return { ...pacemaker, era: FIRST_ERA, since: SINCE, members: MEMBERS, shape: SHAPE, boots };
}

function writeOf(record: KeyRecord, readIn: number): NodeEffects[number] {
  return send(SECOND, { kind: 'write', record, readIn });
}
