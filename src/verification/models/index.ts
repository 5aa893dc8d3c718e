/** The protocols as models, by name: what `quorate check` can check. */
import type { Model } from '../model-checker/index.ts';
import { chainModel } from './chain.ts';
import { handoffModel } from './hinted-handoff.ts';
import { paxosModel } from './paxos.ts';
import { rebuildModel } from './rebuild.ts';
import { registerModel } from './register.ts';
import { LATE } from './tombstone-beginning.ts';
import { tombstoneModel } from './tombstones.ts';
import { transferModel } from './transfer.ts';
import { transactionModel } from './two-phase-commit.ts';
import { twoPhaseCommitSpecification } from './two-phase-commit-specification.ts';

export { type Call, type ClientOperations, isLinearizable } from './client-operations.ts';
export type { Envelope, GroupSymmetry } from './group-options.ts';
export { groupView } from './group-view.ts';
export {
  type ClientView,
  type GroupAction,
  type GroupOptions,
  type GroupProcess,
  type GroupState,
  processGroup,
} from './process-group.ts';

/** Whole numbers from `minimum` to `maximum`. */
export interface OptionRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly usual: number;
  /** What is counted, for people. */
  readonly of: string;
}

export interface ModelOptions {
  readonly servers: number;
  readonly clients: number;
  readonly crashes: number;
  readonly losses?: number;
  readonly duplicates?: number;
}

export interface ModelConfiguration {
  readonly name: string;
  readonly description: string;
  readonly options: Readonly<Record<keyof ModelOptions, OptionRange>>;
  make(options: ModelOptions): Model<unknown, unknown>;
}

/** For a thread that makes its own. @throws RangeError for a name that is none of {@link modelConfigurations}. */
export function modelNamed({
  name,
  options,
}: {
  readonly name: string;
  readonly options: ModelOptions;
}): Model<unknown, unknown> {
  const configuration = modelConfigurations.find((one) => one.name === name);
  if (configuration === undefined) throw new RangeError(`there is no model '${name}'`);
  return configuration.make(options);
}

/** Where a thread finds {@link modelNamed}. */
export const modelsModule = import.meta.url;

export const modelConfigurations: readonly ModelConfiguration[] = [
  {
    name: 'register',
    description: 'ABD: an atomic register on a majority; each client writes once and then reads',
    options: { servers: range(1, 5, 2, 'servers'), clients: range(1, 5, 2, 'clients'), ...faults() },
    make: registerModel,
  },
  {
    name: 'paxos',
    description: 'single-decree Paxos, a write-once register; a server that knows the decision only answers reads, as published',
    options: { servers: range(1, 5, 3, 'servers'), clients: range(1, 5, 2, 'clients'), ...faults() },
    make: (options) => paxosModel({ ...options, textbook: true }),
  },
  {
    name: 'paxos-production',
    description: 'the same, and whoever knows the decision tells everyone who asks',
    options: { servers: range(1, 5, 3, 'servers'), clients: range(1, 5, 1, 'clients'), ...faults() },
    make: paxosModel,
  },
  {
    name: 'chain',
    description:
      'chain replication; the master takes the tail out of the chain at any moment, clients append at the head and read',
    options: { servers: range(2, 4, 3, 'members'), clients: range(1, 3, 1, 'clients'), ...faults() },
    make: ({ servers, clients, ...faulty }) => {
      const members = Array.from({ length: servers }, (_nothing, place) => place);
      const scripts = Array.from({ length: clients }, (_nothing, place) => [
        { kind: 'append' as const, at: 0 },
        { kind: 'read' as const, at: servers - 1 - (place % 2) },
      ]);
      return chainModel({ servers, members, plan: [{ members: members.slice(0, -1) }], scripts, ...faulty });
    },
  },
  {
    name: 'hinted-handoff',
    description: 'a stand-in holds writes for a home that seems down, while the home may be replaced',
    options: {
      servers: range(1, 2, 1, 'homes, the later ones replacing the first'),
      clients: range(1, 3, 2, 'writes'),
      ...faults(),
    },
    make: ({ servers, clients, ...faulty }) => handoffModel({ writes: clients, replaced: servers > 1, ...faulty }),
  },
  {
    name: 'transfer',
    description: 'a seat of a partition moves from one node to another while it is written to',
    options: { servers: range(2, 2, 2, 'nodes, the old and the new holder'), clients: range(1, 3, 2, 'writes'), ...faults() },
    make: ({ servers: _two, clients, ...faulty }) => transferModel({ writes: clients, ...faulty }),
  },
  {
    name: 'rebuild',
    description:
      'a seat whose holder is gone for good is rebuilt at another node from what the others have, while the ring changes',
    options: {
      servers: range(1, 2, 2, 'holders that are left'),
      clients: range(1, 3, 1, 'decisions: the node shall have the seat, shall not, shall after all'),
      ...faults(),
    },
    make: ({ servers, clients, ...faulty }) => rebuildModel({ holders: servers, decisions: clients, ...faulty }),
  },
  {
    name: 'tombstones',
    description:
      'a tombstone is collected while older records are late: written, held as a hint, or in the hands of a reader that repairs',
    options: {
      servers: range(3, 3, 3, 'members, two of them homes'),
      clients: range(1, 3, 1, 'ways in which older records are late'),
      ...faults(),
    },
    make: ({ servers: _three, clients, ...faulty }) => tombstoneModel({ late: LATE.slice(0, clients), ...faulty }),
  },
  {
    name: 'two-phase-commit',
    description: 'the specification by Lamport and Gray, each step a production handler',
    options: {
      servers: range(1, 9, 5, 'resource managers'),
      clients: range(1, 1, 1, 'clients'),
      ...noFaults(),
    },
    make: ({ servers }) => twoPhaseCommitSpecification(servers),
  },
  {
    name: 'two-phase-commit-production',
    description: 'two-phase commit with presumed abort as it runs: timers, acknowledgements, slow disks',
    options: { servers: range(1, 4, 2, 'resource managers'), clients: range(1, 1, 1, 'clients'), ...faults() },
    make: ({ servers, clients: _one, ...faulty }) => transactionModel({ resources: servers, ...faulty }),
  },
];

/** A configuration that is small enough to be searched completely. */
export interface CheckedConfiguration {
  readonly name: string;
  readonly options: ModelOptions;
  /** How many states others have found; see published-counts.test.ts. */
  readonly published?: number;
}

/** What docs/verification.md tells of, the larger ones last. */
export const checkedConfigurations: readonly CheckedConfiguration[] = [
  checked('register', 2, 2, { crashes: 0 }, 544),
  checked('register', 2, 2, { crashes: 1 }),
  checked('register', 2, 2, { crashes: 2 }),
  checked('register', 2, 2, { crashes: 0, losses: 1, duplicates: 1 }),
  checked('register', 2, 2, { crashes: 1, duplicates: 1 }),
  checked('paxos', 3, 2, { crashes: 0 }, 16_668),
  checked('paxos', 3, 2, { crashes: 0, duplicates: 1 }),
  checked('paxos', 3, 2, { crashes: 1 }),
  checked('paxos-production', 3, 1, { crashes: 1 }),
  checked('paxos-production', 3, 1, { crashes: 2 }),
  checked('paxos-production', 3, 1, { crashes: 1, losses: 2, duplicates: 1 }),
  checked('chain', 3, 1, { crashes: 0 }),
  checked('chain', 3, 1, { crashes: 1 }),
  checked('chain', 3, 1, { crashes: 0, losses: 1, duplicates: 1 }),
  checked('chain', 3, 2, { crashes: 0 }),
  checked('hinted-handoff', 1, 2, { crashes: 1 }),
  checked('hinted-handoff', 2, 2, { crashes: 0 }),
  checked('hinted-handoff', 2, 1, { crashes: 1 }),
  checked('hinted-handoff', 2, 2, { crashes: 0, losses: 1, duplicates: 1 }),
  checked('transfer', 2, 1, { crashes: 0 }),
  checked('transfer', 2, 2, { crashes: 0 }),
  checked('rebuild', 2, 1, { crashes: 0 }),
  checked('rebuild', 2, 2, { crashes: 0 }),
  checked('rebuild', 1, 3, { crashes: 0 }),
  checked('rebuild', 1, 1, { crashes: 1 }),
  checked('tombstones', 3, 1, { crashes: 0 }),
  checked('tombstones', 3, 1, { crashes: 0, losses: 1, duplicates: 1 }),
  checked('two-phase-commit', 3, 1, { crashes: 0 }, 288),
  checked('two-phase-commit', 5, 1, { crashes: 0 }, 8_832),
  checked('two-phase-commit', 7, 1, { crashes: 0 }, 296_448),
  checked('two-phase-commit-production', 2, 1, { crashes: 0 }),
  checked('two-phase-commit-production', 2, 1, { crashes: 0, losses: 2 }),
  checked('two-phase-commit-production', 3, 1, { crashes: 0 }),
  checked('two-phase-commit-production', 2, 1, { crashes: 1 }),
];

function checked(
  name: string,
  servers: number,
  clients: number,
  faulty: Omit<ModelOptions, 'servers' | 'clients'>,
  published?: number,
): CheckedConfiguration {
  return { name, options: { servers, clients, ...faulty }, ...(published === undefined ? {} : { published }) };
}

function range(minimum: number, maximum: number, usual: number, of: string): OptionRange {
  return { minimum, maximum, usual, of };
}

function faults() {
  return { crashes: range(0, 3, 0, 'crashes'), losses: range(0, 9, 0, 'losses'), duplicates: range(0, 9, 0, 'duplicates') };
}

/** Of a specification that has no network to fail. */
function noFaults() {
  return { crashes: range(0, 0, 0, 'crashes'), losses: range(0, 0, 0, 'losses'), duplicates: range(0, 0, 0, 'duplicates') };
}
