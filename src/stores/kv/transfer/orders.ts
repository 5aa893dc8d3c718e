/**
 * Administrators' orders about the ring: `cluster-plan` shows what decisions would do and changes nothing; `cluster-commit` makes them, if
 * nothing has changed since; `cluster-cancel` takes the latest decisions back, and what has moved moves back.
 */
import {
  type Change,
  type Decision,
  type History,
  type Member,
  members,
  versionOf,
} from '../../../protocols/membership/index.ts';
import { makePlan, type PlacementPlan } from '../../../protocols/placement-plan/index.ts';
import { nodeName } from '../../../protocols/ring/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import { ringOfHistory } from '../known-rings.ts';
import { checkPlacement, decisionOf } from '../membership/index.ts';
import type { Command, CommandHandler } from '../service.ts';
import type { ServiceParts } from '../service-parts.ts';
import { averageBytes } from './partition-records.ts';
import { statusOf } from './transfer-status.ts';
import type { Transfers } from './transfers.ts';

type Fields = { readonly [key: string]: Json };

export function planCommands(parts: ServiceParts, transfers: Transfers): [string, Command][] {
  return [
    [
      'cluster-plan',
      (argument, handler) =>
        handler.done(describePlan(planOf(parts, fieldsOf(argument), averageBytes(parts)), fieldsOf(argument))),
    ],
    ['cluster-commit', (argument, handler) => commit(parts, transfers, fieldsOf(argument), handler)],
    ['cluster-cancel', (_argument, handler) => decideAll(parts, transfers, undoing(parts.membership.history), handler, true)],
  ];
}

/** @param bytes - of a partition */
function planOf(parts: ServiceParts, fields: Fields, bytes: number): PlacementPlan {
  const { membership, configuration } = parts;
  membership.expectMember();
  const plan = makePlan({
    history: membership.history,
    author: nodeName(configuration.nodeName),
    decisions: checkedDecisions(parts, fields),
    partitions: configuration.partitions,
    n: configuration.defaults.n,
    bytesOf: () => bytes,
    ringOf: (history) => ringOfHistory(history, configuration.partitions),
  });
  if (fields['force'] !== true) checkPlacement(plan.before, plan.after, configuration.defaults.n);
  return plan;
}

/** Each is judged by the members as they would be after those before it: a replacement is a join and a leave. */
function checkedDecisions({ membership }: ServiceParts, fields: Fields): readonly Decision[] {
  const listed = fields['decisions'];
  if (!Array.isArray(listed) || listed.length === 0) throw badRequest('plans nothing: it has no decisions');
  const decisions = listed.map((one) => decisionOf(fieldsOf(one), membership));
  membership.checkAll(decisions, fields['force'] === true);
  return decisions;
}

function describePlan(plan: PlacementPlan, fields: Fields): Json {
  return {
    version: plan.version,
    partitions: plan.moves.length,
    replicas: plan.moves.reduce((sum, { gains }) => sum + gains.length, 0),
    bytes: Math.round(plan.nodes.reduce((sum, { bytes }) => sum + bytes, 0)),
    imbalance: plan.imbalance,
    unsafe: plan.unsafe.length,
    nodes: plan.nodes.map(({ name, before, after, gains, bytes }) => ({ name, before, after, gains, bytes: Math.round(bytes) })),
    commit: { version: plan.version, decisions: fields['decisions'] ?? [], force: fields['force'] === true },
  };
}

function commit(parts: ServiceParts, transfers: Transfers, fields: Fields, handler: CommandHandler): void {
  const { membership, configuration } = parts;
  const current = versionOf(membership.history, configuration.partitions);
  if (fields['version'] !== current) {
    throw new QuorateError({
      code: 'stale-plan',
      message: `The plan was made of history ${String(fields['version'])}, but the history is ${current} by now.`,
      outcome: 'not-applied',
      next: 'Make the plan anew, and look at it.',
      data: { current },
    });
  }
  // Whether it is allowed yet; how much that moves has been looked at.
  planOf(parts, fields, 0);
  decideAll(parts, transfers, checkedDecisions(parts, fields), handler, fields['force'] === true);
}

/** One after the other: a crash in between leaves some of them made, which status shows. */
function decideAll(
  parts: ServiceParts,
  transfers: Transfers,
  decisions: readonly Decision[],
  handler: CommandHandler,
  force: boolean,
): void {
  let left = decisions.length;
  for (const decision of decisions) {
    parts.membership.decide(
      decision,
      (error) => {
        left--;
        if (error !== undefined && left >= 0) {
          left = -1;
          handler.fail(error);
        } else if (left === 0) handler.done(statusOf(parts, transfers));
      },
      force,
    );
  }
}

/** What takes back the latest change that moved anything. @throws QuorateError `nothing-to-cancel` */
function undoing(history: History): readonly Decision[] {
  const last = history.findLast(({ kind, id }) => kind !== 'address' && id.clock > 1);
  const before = members(history.filter((change) => change !== last));
  const undone = last === undefined ? undefined : opposite(last, before);
  if (undone !== undefined) return [undone];
  throw new QuorateError({
    code: 'nothing-to-cancel',
    message:
      last?.kind === 'remove'
        ? `${last.node} was removed: what it had is being rebuilt, and it cannot come back under that name.`
        : 'No change of the ring has been decided.',
    outcome: 'not-applied',
    next: 'Plan what you want instead.',
    data: {},
  });
}

function opposite(change: Change, before: readonly Member[]): Decision | undefined {
  const { node } = change;
  const member = before.find(({ name }) => name === node);
  if (change.kind === 'join' && member === undefined) return { kind: 'leave', node };
  if (member === undefined) return undefined;
  const { address, host, zone, weight } = member;
  if (change.kind === 'leave') return { kind: 'join', node, address, host, zone, weight };
  return change.kind === 'weight' ? { kind: 'weight', node, weight } : undefined;
}

function fieldsOf(argument: Json | undefined): Fields {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) return argument as Fields;
  throw badRequest('has no object as its argument');
}
