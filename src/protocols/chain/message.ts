/** What the processes of a chain say to each other. */
import type { Configuration, Epoch, SealReport } from './configuration.ts';
import type { Entry, Index } from './log.ts';

export type ChainMessage<Value> =
  /** A client to the head; the tail answers. A client numbers its requests. */
  | { readonly kind: 'append'; readonly request: number; readonly value: Value }
  | { readonly kind: 'appended'; readonly request: number; readonly index: Index }
  /** A client to the tail: an entry, or the latest. */
  | { readonly kind: 'read'; readonly request: number; readonly index: Index | 'latest' }
  /** `value` is undefined if there is no such entry, or the store has it in its keeping. */
  | { readonly kind: 'read-done'; readonly request: number; readonly index: Index; readonly value: Value | undefined }
  /** To a client that asked the wrong process: what this one knows of the chain. */
  | { readonly kind: 'redirect'; readonly request: number; readonly configuration: Configuration | undefined }
  /** Down the chain. */
  | { readonly kind: 'forward'; readonly epoch: Epoch; readonly entries: readonly Entry<Value>[] }
  /** Up the chain: the tail has everything up to `through`; from who is joining: it has. */
  | { readonly kind: 'acknowledge'; readonly epoch: Epoch; readonly through: Index }
  /** The beginning of an epoch: from the master to the head and down the chain; back comes how far the successor's log goes. */
  | { readonly kind: 'configure'; readonly configuration: Configuration }
  | { readonly kind: 'position'; readonly epoch: Epoch; readonly last: Index }
  /** All that the predecessor has after `after`. */
  | CatchUp<Value>
  /** The successor's log ends before the predecessor's begins: the store must copy everything up to `base`. */
  | { readonly kind: 'too-far-behind'; readonly epoch: Epoch; readonly base: Index }
  /** The store to its own member: it has copied everything up to `base`. */
  | { readonly kind: 'copied'; readonly base: Index }
  /** The master to a member and back: serve in no epoch below this. */
  | { readonly kind: 'seal'; readonly epoch: Epoch }
  | ({ readonly kind: 'sealed'; readonly epoch: Epoch; readonly last: Index } & SealReport)
  /** To the master: who is joining has all that the tail has. */
  | { readonly kind: 'caught-up'; readonly epoch: Epoch }
  /** To whoever speaks for an older epoch. */
  | { readonly kind: 'deposed'; readonly epoch: Epoch };

export interface CatchUp<Value> {
  readonly kind: 'catch-up';
  readonly epoch: Epoch;
  readonly after: Index;
  readonly entries: readonly Entry<Value>[];
  /** Everything up to here was acknowledged. */
  readonly acknowledged: Index;
}
