/** What each service of a node is: frames, questions and orders of its own, and a life from start to stop. */
import type { Reader } from '../../runtime/bytes/index.ts';
import type { QuorateError } from '../../runtime/errors/index.ts';
import type { FrameKind, Link } from '../../runtime/world/index.ts';
import type { Json } from './interface.ts';

/** Takes a request of another node. The answer, if one is due, goes over the link with the same correlation. @throws MalformedBytes */
export type FrameHandler = (link: Link, correlation: number, body: Reader) => void;

/** Answers a question at once. `argument` is JSON from outside, `undefined` for none. @throws QuorateError */
export type Topic = (argument: Json | undefined) => Json;

/** Exactly one of the two is called, once, at any time. */
export interface CommandHandler {
  done(result: Json): void;
  fail(error: QuorateError): void;
}

/** Carries out an order. @throws QuorateError of outcome `not-applied` when it is refused at once. */
export type Command = (argument: Json | undefined, handler: CommandHandler) => void;

/** What one thing that is not done yet waits for. */
export interface Explanation {
  /** The thing: `3 hints for n7`. */
  readonly what: string;
  /** What must happen before it goes on: `n7 to answer`. */
  readonly waitsFor: string;
  /** What an administrator can do about it; empty for nothing but wait. */
  readonly next: string;
}

/** Of all things of one subject at this node. `argument` may name one of them. Nothing that waits: an empty list. */
export type Explainer = (argument: Json | undefined) => readonly Explanation[];

export interface NodeService {
  /** By the kind of the request: from 0x20, below 0x80. */
  readonly frames?: ReadonlyMap<FrameKind, FrameHandler>;
  readonly topics?: ReadonlyMap<string, Topic>;
  readonly commands?: ReadonlyMap<string, Command>;
  /** By subject (`transfer`, `hint`, `repair`, `key`): the topic `why` asks all services that explain it. */
  readonly explainers?: ReadonlyMap<string, Explainer>;
  /** The node has its identity, its ring and its links; the door is about to be opened. */
  start?(): void;
  /** Begin nothing more; the engine will be closed soon. */
  stop?(): void;
}
