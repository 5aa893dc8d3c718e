export { type Doubt, doubtOf, forget, isVoid } from './acceptance.ts';
export { type Claim, isComplete, onHeard, startClaim, versionToClaim } from './claim.ts';
export {
  type Addressed,
  accept,
  type Claiming,
  grant,
  hasGranted,
  isAwaited,
  isPlaceAwaited,
  judge,
  letGo,
  mayHold,
  mergePledges,
  noStanding,
  type Pledge,
  SEVERAL_DISKS,
  type Standing,
} from './standing.ts';
