export {
  type Engine,
  type Entry,
  MAX_KEY_BYTES,
  type OnDurable,
  type Operation,
  type Range,
  type Snapshot,
  type Urgency,
} from '../world/index.ts';
