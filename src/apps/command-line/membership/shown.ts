/** The members as a table. */
import { counted } from '../amounts.ts';
import type { Paint } from '../paint.ts';
import { table } from '../table.ts';
import type { MemberShown, MembersAnswer } from './members-answer.ts';

export function membersText(answer: MembersAnswer, paint: Paint): string {
  const { members, candidates, version, changes, standing } = answer;
  const rows = members.map((member) => [
    member.name,
    stateText(member),
    member.address,
    member.host,
    member.zone,
    String(member.weight),
  ]);
  const parts = [
    `${paint.bold(counted(members.length, 'member'))}, ring ${version}, after ${counted(changes, 'change')}\n`,
    table([['node', 'state', 'address', 'host', 'zone', 'weight'], ...rows], paint, (text, row, column) =>
      column === 1 ? paintState(text, members[row]?.state ?? '', paint) : text,
    ),
  ];
  if (candidates.length > 0) {
    const waiting = candidates.map(({ name, address, host, zone, weight }) => [name, address, host, zone, String(weight)]);
    parts.push(`waiting to be let in, by quorate cluster join NAME:\n`);
    parts.push(table([['node', 'address', 'host', 'zone', 'weight'], ...waiting], paint));
  }
  if (standing !== 'member') parts.push(`The node that answers is no member (${standing}); what it knows may be old.\n`);
  return parts.join('\n');
}

/** The same words as in the configuration of an alarm: alive, suspect, dead. */
function stateText({ state, forMs }: MemberShown): string {
  return state === 'alive' ? state : `${state} for ${durationText(forMs)}`;
}

function paintState(text: string, state: string, paint: Paint): string {
  return state === 'alive' ? paint.green(text) : paint.red(text);
}

function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.round(minutes / 60)} h`;
}
