/** What an administrator may not decide: each refusal before anything is changed, with the rule and the way out. */
import { type Decision, type History, type Member, members } from '../../../protocols/membership/index.ts';
import { isWeight, MAXIMUM_WEIGHT } from '../../../protocols/ring/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import type { NodeConfiguration } from '../configuration.ts';
import { badRequest } from '../errors.ts';

export interface Circumstances {
  readonly history: History;
  readonly configuration: NodeConfiguration;
  /** Whether the node is held dead, as far as this node knows. */
  isDead(node: string): boolean;
  /** Remove a node even if it is alive. */
  readonly force: boolean;
}

/** @throws QuorateError `already-a-member`, `address-taken`, `not-a-member`, `too-few-nodes`, `node-is-alive`, `bad-request` */
export function checkDecision(decision: Decision, circumstances: Circumstances): void {
  const current = members(circumstances.history);
  const member = current.find(({ name }) => name === decision.node);
  if (decision.kind === 'join') {
    if (member !== undefined) throw alreadyAMember(member);
    checkWeight(decision.weight);
    checkAddress(decision.node, decision.address, current);
    return;
  }
  if (member === undefined) throw notAMember(decision.node, current);
  switch (decision.kind) {
    case 'weight':
      checkWeight(decision.weight);
      return;
    case 'address':
      checkAddress(decision.node, decision.address, current);
      return;
    case 'remove':
      if (!circumstances.force && !circumstances.isDead(decision.node)) throw nodeIsAlive(member);
      checkEnough(decision.node, current, circumstances.configuration);
      return;
    case 'leave':
      checkEnough(decision.node, current, circumstances.configuration);
  }
}

function checkWeight(weight: number): void {
  if (!isWeight(weight)) throw badRequest(`has weight ${weight}; a weight is a whole number from 1 to ${MAXIMUM_WEIGHT}`);
}

function checkAddress(node: string, address: string, current: readonly Member[]): void {
  const other = current.find((member) => member.address === address && member.name !== node);
  if (other === undefined) return;
  throw new QuorateError({
    code: 'address-taken',
    message: `Address ${address} is that of ${other.name}; each node has one of its own.`,
    outcome: 'not-applied',
    next: `Give ${node} another address, or move ${other.name} first.`,
    data: { node, address, other: other.name },
  });
}

/** A bucket of N replicas needs N nodes. */
function checkEnough(node: string, current: readonly Member[], { defaults, buckets }: NodeConfiguration): void {
  const [bucket, needed] = [['*', defaults.n] as const, ...[...buckets].map(([name, { n }]) => [name, n] as const)].reduce(
    (most, other) => (other[1] > most[1] ? other : most),
  );
  if (current.length > needed) return;
  throw new QuorateError({
    code: 'too-few-nodes',
    message: `Without ${node} the cluster would have ${current.length - 1} nodes, but ${
      bucket === '*' ? 'the default of buckets' : `bucket ${bucket}`
    } keeps n=${needed} replicas.`,
    outcome: 'not-applied',
    next: 'Join another node first, or lower n in the configuration of all nodes.',
    data: { node, nodes: current.length, needed, bucket },
  });
}

function alreadyAMember({ name, address }: Member): QuorateError {
  return new QuorateError({
    code: 'already-a-member',
    message: `${name} is a member already, at ${address}.`,
    outcome: 'not-applied',
    next: 'Nothing if that is the node you mean; else give the new node another name.',
    data: { node: name, address },
  });
}

function notAMember(node: string, current: readonly Member[]): QuorateError {
  const names = current.map(({ name }) => name);
  return new QuorateError({
    code: 'not-a-member',
    message: `${node} is no member of this cluster; the members are ${names.join(', ') || 'none'}.`,
    outcome: 'not-applied',
    next: 'Choose one of them.',
    data: { node, members: names },
  });
}

function nodeIsAlive({ name }: Member): QuorateError {
  return new QuorateError({
    code: 'node-is-alive',
    message: `${name} is alive, or has not been silent for long enough to be held dead; only a dead node is removed.`,
    outcome: 'not-applied',
    next: `Let it leave, which hands its data over first; if it is gone for good, wait until it is shown dead, or force it.`,
    data: { node: name },
  });
}

/** Of a node that is no member: what an administrator has to know to make it one. */
export interface Standing {
  readonly node: string;
  readonly standing: string;
  /** Seeds that were dialled in vain, and why, as long as no history has come from any of them. */
  readonly seedProblems: readonly string[];
  /** Where the member listens whose name it bears, if that is another one. */
  readonly namesake: string | undefined;
}

/** This very node: it neither serves nor decides. */
export function noMember({ node, standing, seedProblems, namesake }: Standing): QuorateError {
  const [message, next] = whyNoMember(node, standing, seedProblems, namesake);
  return new QuorateError({ code: 'no-member', message, outcome: 'not-applied', next, data: { node, standing } });
}

function whyNoMember(
  node: string,
  standing: string,
  seedProblems: readonly string[],
  namesake: string | undefined,
): readonly [message: string, next: string] {
  if (namesake !== undefined) {
    return [
      `${node} is the name of a member already, which listens on ${namesake}; each node has a name of its own, so this one serves nothing.`,
      `Start it under another name; if it is that member and has moved, start it without --join.`,
    ];
  }
  if (standing === 'removed')
    return [`${node} has left this cluster, or was removed from it; it serves nothing.`, 'Ask another node.'];
  if (seedProblems.length > 0) {
    return [
      `${node} has not found the cluster yet, so it serves nothing: no seed has answered as a node of it; tried ${seedProblems.join(', ')}.`,
      'Correct the seeds in its configuration, or start the nodes that listen there.',
    ];
  }
  return [
    `${node} is not a member of the cluster yet; it serves nothing.`,
    `Ask another node; an administrator lets it in with quorate cluster join ${node}.`,
  ];
}
