/**
 * A node that was started as a new one finds its name among the members: it is itself, from before, or another machine was given the same
 * name. Only the address tells which. A second process under a member's name would be sent what is that member's.
 */
import { type Member, members } from '../../../protocols/membership/index.ts';
import type { Engine } from '../../../runtime/world/index.ts';
import { type NodeConfiguration, ownMember } from '../configuration.ts';
import { noMember } from './rules.ts';
import { loadHistory } from './stored-history.ts';

/** The member that bears the name of this node and is another one, as far as the addresses tell. */
export function namesakeOf(all: readonly Member[], configuration: NodeConfiguration): Member | undefined {
  if (configuration.newcomer === undefined) return undefined;
  const member = all.find(({ name }) => name === configuration.nodeName);
  return member !== undefined && member.address !== ownMember(configuration).address ? member : undefined;
}

/** Before anything is begun. @throws QuorateError `no-member`, and `data-damaged` for a history that cannot be read */
export function checkOwnName(engine: Engine, configuration: NodeConfiguration): void {
  const history = loadHistory(engine);
  const namesake = history === undefined ? undefined : namesakeOf(members(history), configuration);
  if (namesake !== undefined)
    throw noMember({ node: configuration.nodeName, standing: 'waiting', seedProblems: [], namesake: namesake.address });
}
