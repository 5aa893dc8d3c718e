/** The protocols as models, by name: what `quorate check` can check. */
import type { Model } from '../model-checker/index.ts';
import { chainModel } from './chain.ts';
import { paxosModel } from './paxos.ts';
import { registerModel } from './register.ts';
import { transactionModel } from './two-phase-commit.ts';
import { twoPhaseCommitSpecification } from './two-phase-commit-specification.ts';

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
    options: { servers: range(1, 5, 2, 'servers'), clients: range(1, 5, 2, 'clients'), crashes: crashes() },
    make: registerModel,
  },
  {
    name: 'paxos',
    description: 'single-decree Paxos, a write-once register; a server that knows the decision only answers reads, as published',
    options: { servers: range(1, 5, 3, 'servers'), clients: range(1, 5, 2, 'clients'), crashes: crashes() },
    make: (options) => paxosModel({ ...options, textbook: true }),
  },
  {
    name: 'paxos-production',
    description: 'the same, and whoever knows the decision tells everyone who asks',
    options: { servers: range(1, 5, 3, 'servers'), clients: range(1, 5, 1, 'clients'), crashes: crashes() },
    make: paxosModel,
  },
  {
    name: 'chain',
    description:
      'chain replication; the master takes the tail out of the chain at any moment, clients append at the head and read',
    options: { servers: range(2, 4, 3, 'members'), clients: range(1, 3, 1, 'clients'), crashes: crashes() },
    make: ({ servers, clients, crashes: count }) => {
      const members = Array.from({ length: servers }, (_nothing, place) => place);
      const scripts = Array.from({ length: clients }, (_nothing, place) => [
        { kind: 'append' as const, at: 0 },
        { kind: 'read' as const, at: servers - 1 - (place % 2) },
      ]);
      return chainModel({ servers, members, plan: [{ members: members.slice(0, -1) }], scripts, crashes: count });
    },
  },
  {
    name: 'two-phase-commit',
    description: 'the specification by Lamport and Gray, each step a production handler',
    options: {
      servers: range(1, 9, 5, 'resource managers'),
      clients: range(1, 1, 1, 'clients'),
      crashes: range(0, 0, 0, 'crashes'),
    },
    make: ({ servers }) => twoPhaseCommitSpecification(servers),
  },
  {
    name: 'two-phase-commit-production',
    description: 'two-phase commit with presumed abort as it runs: timers, acknowledgements, slow disks',
    options: { servers: range(1, 4, 2, 'resource managers'), clients: range(1, 1, 1, 'clients'), crashes: crashes() },
    make: ({ servers, crashes: count }) => transactionModel({ resources: servers, crashes: count }),
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
  checked('register', 2, 2, 0, 544),
  checked('register', 2, 2, 1),
  checked('register', 2, 2, 2),
  checked('paxos', 3, 2, 0, 16_668),
  checked('paxos', 3, 2, 1),
  checked('paxos-production', 3, 1, 1),
  checked('paxos-production', 3, 1, 2),
  checked('chain', 3, 1, 0),
  checked('chain', 3, 1, 1),
  checked('chain', 3, 2, 0),
  checked('two-phase-commit', 3, 1, 0, 288),
  checked('two-phase-commit', 5, 1, 0, 8_832),
  checked('two-phase-commit', 7, 1, 0, 296_448),
  checked('two-phase-commit-production', 2, 1, 0),
  checked('two-phase-commit-production', 3, 1, 0),
  checked('two-phase-commit-production', 2, 1, 1),
];

function checked(name: string, servers: number, clients: number, crashes: number, published?: number): CheckedConfiguration {
  return { name, options: { servers, clients, crashes }, ...(published === undefined ? {} : { published }) };
}

function range(minimum: number, maximum: number, usual: number, of: string): OptionRange {
  return { minimum, maximum, usual, of };
}

function crashes(): OptionRange {
  return range(0, 3, 0, 'crashes');
}
