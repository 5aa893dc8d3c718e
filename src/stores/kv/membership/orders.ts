/** Administrators' orders and questions about the membership, from and to JSON. */
import { DEFAULT_ZONE, type Decision, fromConfiguration } from '../../../protocols/membership/index.ts';
import { DEFAULT_WEIGHT, nodeName } from '../../../protocols/ring/index.ts';
import { QuorateError } from '../../../runtime/errors/index.ts';
import { parseAddress } from '../../../runtime/transport/index.ts';
import type { Address } from '../../../runtime/world/index.ts';
import { badRequest } from '../errors.ts';
import type { Json } from '../interface.ts';
import type { Command } from '../service.ts';
import type { Membership } from './membership.ts';

type Fields = { readonly [key: string]: Json };
type MakeDecision = (fields: Fields, membership: Membership) => Decision;

const DECISIONS: Readonly<Record<Decision['kind'], MakeDecision>> = {
  join: joining,
  leave: (fields) => ({ kind: 'leave', node: nodeOf(fields) }),
  remove: (fields) => ({ kind: 'remove', node: nodeOf(fields) }),
  weight: (fields) => ({ kind: 'weight', node: nodeOf(fields), weight: number(fields, 'weight') ?? Number.NaN }),
  address: (fields) => ({ kind: 'address', node: nodeOf(fields), address: addressIn(fields) ?? '' }),
};

/** What an administrator has said, as a decision: `kind`, and what belongs to it. @throws QuorateError `bad-request`, `unknown-node` */
export function decisionOf(fields: Fields, membership: Membership): Decision {
  const kind = text(fields, 'kind') ?? '';
  const make = Object.entries(DECISIONS).find(([name]) => name === kind)?.[1];
  if (make === undefined) throw badRequest(`has no decision of kind '${kind}'`);
  return make(fields, membership);
}

/** `cluster-join`, `cluster-leave` and so on: decided at once. Refused for the same reasons as a plan of it. */
export function commands(membership: Membership): ReadonlyMap<string, Command> {
  return new Map(
    Object.entries(DECISIONS).map(([kind, make]) => [
      `cluster-${kind}`,
      (argument, handler) => {
        membership.expectMember();
        const fields = fieldsOf(argument);
        const decision = make(fields, membership);
        const decided = (error?: QuorateError): void => {
          if (error === undefined) handler.done(membersAnswer(membership));
          else handler.fail(error);
        };
        const isForced = fields['force'] === true;
        membership.check(decision, isForced);
        if (!isForced) membership.checkPlacement(decision);
        membership.decide(decision, decided, isForced);
      },
    ]),
  );
}

export function membersAnswer(membership: Membership): Json {
  const { version, history, members, candidates, health, standing } = membership;
  return {
    version,
    changes: history.length,
    standing,
    health,
    members: members.map(({ name, address, host, zone, weight }) => {
      const liveness = membership.liveness(name) ?? { standing: 'alive', forMs: 0 };
      return { name, address, host, zone, weight, state: liveness.standing, forMs: Math.round(liveness.forMs) };
    }),
    candidates: candidates.map(({ name, address, host, zone, weight }) => ({ name, address, host, zone, weight })),
  };
}

/** What is not said is as the node itself says, if it has asked to be a member; else the usual. */
function joining(fields: Fields, membership: Membership): Decision {
  const node = nodeOf(fields);
  const introduced = membership.candidates.find(({ name }) => name === node);
  const address = addressIn(fields) ?? introduced?.address;
  if (address === undefined && !membership.members.some(({ name }) => name === node)) throw unknownNode(node);
  const member = {
    name: node,
    address: address ?? '',
    host: text(fields, 'host') ?? introduced?.host ?? hostOf(address ?? '', node),
    zone: text(fields, 'zone') ?? introduced?.zone ?? DEFAULT_ZONE,
    weight: number(fields, 'weight') ?? introduced?.weight ?? DEFAULT_WEIGHT,
  };
  // Already a member, which says more than a missing address.
  if (address === undefined) return { kind: 'join', node, ...member };
  const [join] = fromConfiguration([member]);
  if (join?.kind !== 'join') throw badRequest('describes no node');
  const { id: _id, ...decision } = join;
  return decision;
}

/** Nodes at one host name share a machine, as far as the address tells. */
function hostOf(address: Address, node: string): string {
  if (address === '') return node;
  const parsed = parseAddress(address);
  return parsed.kind === 'tcp' ? parsed.host : node;
}

function fieldsOf(argument: Json | undefined): Fields {
  if (isFields(argument)) return argument;
  throw badRequest('has no object as its argument');
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodeOf(fields: Fields): ReturnType<typeof nodeName> {
  return nodeName(text(fields, 'node') ?? '');
}

function addressIn(fields: Fields): Address | undefined {
  const address = text(fields, 'address');
  if (address !== undefined) parseAddress(address);
  return address;
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'string') return value;
  throw badRequest(`has a ${name} that is not a text`);
}

function number(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === 'number') return value;
  throw badRequest(`has a ${name} that is not a number`);
}

function unknownNode(node: string): QuorateError {
  return new QuorateError({
    code: 'unknown-node',
    message: `${node} has not introduced itself to this node, and no address was given for it.`,
    outcome: 'not-applied',
    next: `Start ${node} with --join, so that it introduces itself within seconds; or give its address.`,
    data: { node },
  });
}
