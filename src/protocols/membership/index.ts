export {
  type Change,
  type ChangeId,
  compareIds,
  type Decision,
  type Join,
  type Leave,
  type NewAddress,
  type NewWeight,
  type Remove,
} from './change.ts';
export { type ConfiguredNode, DEFAULT_ZONE, fromConfiguration } from './configuration.ts';
export {
  ADDRESS_LENGTH_MAXIMUM,
  compareChanges,
  decodeHistory,
  encodeHistory,
  expectWhole,
  HISTORY_MAXIMUM,
  LABEL_LENGTH_MAXIMUM,
  readChanges,
  writeChanges,
} from './encoding.ts';
export {
  append,
  type History,
  hasHandedAllOver,
  lastDeparture,
  type Member,
  members,
  merge,
  NO_HISTORY,
  type Placed,
  place,
  ringOf,
  versionOf,
} from './history.ts';
