/** A log replicated along a chain, whose members may be exchanged while it runs. */
export {
  type Configuration,
  type Epoch,
  type Fenced,
  isHead,
  isTail,
  type Role,
  roleOf,
  type SealReport,
  type Succession,
  succession,
} from './configuration.ts';
export { type Entry, entryAt, type Index, type Log, lastIndex } from './log.ts';
export { type ChainMember, chainMember, handOverThrough } from './member.ts';
export type { ChainMessage } from './message.ts';
export { serves } from './replication.ts';
export { type ChainOptions, type ChainState, type ChainTimer, currentRole, type Phase, type StoredChain } from './state.ts';
