/** The algorithms themselves: deterministic, without promises, clocks or I/O. One namespace per concept, since they share verbs. */
export * as admission from './admission/index.ts';
export * as antiEntropy from './anti-entropy/index.ts';
export * as chain from './chain/index.ts';
export * as clocks from './clocks/index.ts';
export * as failureDetection from './failure-detection/index.ts';
export * as gossip from './gossip/index.ts';
export * as hedging from './hedging/index.ts';
export * as hintedHandoff from './hinted-handoff/index.ts';
export * as membership from './membership/index.ts';
export * as merkle from './merkle/index.ts';
export * as paxos from './paxos/index.ts';
export * as process from './process/index.ts';
export * as quorum from './quorum/index.ts';
export * as register from './register/index.ts';
export * as ring from './ring/index.ts';
export * as twoPhaseCommit from './two-phase-commit/index.ts';
export * as versions from './versions/index.ts';
