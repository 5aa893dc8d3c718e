/** A lock that one process holds at a time, with a fence: a number that grows with every grant. */
import { type Operation, type Process, shownValue } from '../../history.ts';
import { unknownKind } from '../../well-formed.ts';
import type { SequentialModel } from '../model.ts';

interface LockState {
  readonly holder: Process | undefined;
  /** The greatest fence granted is this one, or after a grant that nobody heard of, at least this one. */
  readonly fence: number | undefined;
  readonly exact: boolean;
}

const KINDS = ['acquire', 'release', 'expire'];

/**
 * `acquire` -> fence (a number), `true` for a lock without fences, or `false`: another process held it. `release` of a fence (or of
 * nothing) returns nothing or `true` if the process held it, and `false` if it did not. `expire`: the lock was taken away from whoever held it.
 */
export function lockModel(): SequentialModel<LockState> {
  return {
    name: 'lock',
    problemOf,
    dependsOnProcess: true,
    initial: () => ({ holder: undefined, fence: undefined, exact: true }),
    step: (state, operation) => {
      if (operation.kind === 'acquire') return acquire(state, operation);
      return operation.kind === 'release' ? release(state, operation) : { ...state, holder: undefined };
    },
    encode: ({ holder, fence, exact }) => JSON.stringify([holder ?? null, fence ?? null, exact]),
    describe: ({ holder, fence }) => {
      const granted = fence === undefined ? '' : `, and the last fence was ${fence}`;
      return holder === undefined ? `is free${granted}` : `is held by process ${holder}${granted}`;
    },
  };
}

function acquire(state: LockState, { process, output, outcome }: Operation): LockState | undefined {
  if (outcome === 'unknown') {
    if (state.holder !== undefined) return state;
    const fence = state.fence === undefined ? undefined : state.fence + 1;
    return { holder: process, fence, exact: false };
  }
  if (output === false) return state.holder === undefined ? undefined : state;
  if (state.holder !== undefined) return undefined;
  if (typeof output !== 'number') return { ...state, holder: process };
  return state.fence !== undefined && output <= state.fence ? undefined : { holder: process, fence: output, exact: true };
}

function release(state: LockState, { process, input, output, outcome }: Operation): LockState | undefined {
  const otherFence = typeof input === 'number' && state.exact && state.fence !== undefined && input !== state.fence;
  const held = state.holder === process && !otherFence;
  if (outcome === 'unknown') return held ? { ...state, holder: undefined } : state;
  if (output === false) return held ? undefined : state;
  return held ? { ...state, holder: undefined } : undefined;
}

function problemOf(operation: Operation): string | undefined {
  const { kind, input, output } = operation;
  if (!KINDS.includes(kind)) return unknownKind('lock', operation, KINDS);
  if (kind === 'acquire' && typeof output === 'object' && output !== null) {
    return `has an acquire that returned ${shownValue(output)}, which is neither a fence (a number) nor true nor false`;
  }
  if (kind === 'release' && input !== undefined && input !== null && typeof input !== 'number') {
    return `has a release of ${shownValue(input)}, which is no fence (a number)`;
  }
  return undefined;
}
