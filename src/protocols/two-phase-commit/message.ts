/**
 * What the processes of a distributed transaction say to each other. All messages are about one transaction: who runs many puts
 * the transaction's name on the envelope, and keeps one process for each.
 */
import type { ProcessId } from '../process/index.ts';

export type TransactionMessage =
  /** A client to the transaction manager, and what becomes of it. */
  | { readonly kind: 'begin'; readonly participants: readonly ProcessId[] }
  | { readonly kind: 'outcome'; readonly outcome: 'committed' | 'aborted' }
  /** Phase 1, manager to resource managers, and their votes. */
  | { readonly kind: 'prepare' }
  | { readonly kind: 'prepared' }
  | { readonly kind: 'refused' }
  /** Phase 2. Only a commit is acknowledged. */
  | { readonly kind: 'commit' }
  | { readonly kind: 'abort' }
  | { readonly kind: 'acknowledge' }
  /** A prepared resource manager that has not heard the outcome. */
  | { readonly kind: 'inquire' };
