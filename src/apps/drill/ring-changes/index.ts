export { drawChanges } from './draw-changes.ts';
export {
  CHANGE_KINDS,
  type ChangeKind,
  describeChange,
  type HappenedChange,
  membersAt,
  newcomersOf,
  type PlannedChange,
} from './ring-change.ts';
export { RingChanger, type RingChangerOptions } from './ring-changer.ts';
