/** What a node answers about the members of its cluster, checked. */
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { Json } from '../../../stores/kv/index.ts';

export interface MemberShown {
  readonly name: string;
  readonly address: string;
  readonly host: string;
  readonly zone: string;
  readonly weight: number;
  readonly state: string;
  /** For how long it has been in that state. */
  readonly forMs: number;
}

export interface MembersAnswer {
  /** Of the history and its ring. */
  readonly version: string;
  readonly changes: number;
  /** Of the node that answers. */
  readonly standing: string;
  readonly members: readonly MemberShown[];
  readonly candidates: readonly Omit<MemberShown, 'state' | 'forMs'>[];
}

const MEMBER = { name: 'string', address: 'string', host: 'string', zone: 'string', weight: 'number' } as const;

/** @throws QuorateError `malformed-reply` */
export function membersAnswer(answer: Json): MembersAnswer {
  if (isMembersAnswer(answer)) return answer;
  throw new QuorateError({
    code: 'malformed-reply',
    message: 'The answer about the members has not the form that this program knows.',
    outcome: 'unknown',
    next: 'Use the command line of the version that the nodes run.',
  });
}

function isMembersAnswer(value: unknown): value is MembersAnswer {
  if (!has(value, { version: 'string', changes: 'number', standing: 'string' })) return false;
  const { members, candidates } = value;
  return (
    Array.isArray(members) &&
    members.every((member) => has(member, { ...MEMBER, state: 'string', forMs: 'number' })) &&
    Array.isArray(candidates) &&
    candidates.every((candidate) => has(candidate, MEMBER))
  );
}

function has(value: unknown, fields: Readonly<Record<string, 'string' | 'number'>>): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const object: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(fields).every(([name, type]) => typeof object[name] === type);
}
