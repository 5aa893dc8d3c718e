export {
  type Engine,
  type Entry,
  MAX_KEY_BYTES,
  type OnDurable,
  type Operation,
  type Range,
  type Snapshot,
  type Urgency,
} from './engine.ts';
export type { Address, CloseReason, FrameKind, Hello, Link, LinkHandler, Listener, Network } from './network.ts';
export type { Clock, Instant, Log, NodeWorld, Random, Timer, Timers, World } from './world.ts';
