export {
  type Batch,
  beginBatch,
  type Holding,
  isClear,
  isPromiseOver,
  mayBeginBatch,
  onMemberAnswer,
  onNextEra,
} from './batch.ts';
export {
  answerOf,
  type Boot,
  type Era,
  type EraAnswer,
  type EraEntry,
  type EraState,
  enterEra,
  isTooOld,
  onGiven,
  startEra,
} from './era.ts';
export {
  askEraAgain,
  onEraAnswer,
  type Pacemaker,
  type PacemakerEffects,
  sinceOf,
  startPacemaker,
  wantEra,
} from './pacemaker.ts';
