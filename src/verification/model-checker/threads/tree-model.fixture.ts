/** Models large enough that threads have something to share. */
import type { Model } from '../model.ts';

interface TreeOptions {
  readonly size: number;
  readonly bad?: readonly number[];
  readonly throwsAt?: number;
}

/** A binary heap: state n steps to 2n+1 and 2n+2. */
export function treeModel({ size, bad = [], throwsAt }: TreeOptions): Model<number, number> {
  return {
    name: 'tree',
    initialStates: () => [0],
    actions: (state) => [2 * state + 1, 2 * state + 2].filter((child) => child < size),
    next: (state, child) => {
      if (state === throwsAt) throw new Error('no such node');
      return child;
    },
    properties: [{ kind: 'always', name: 'good', holds: (state) => !bad.includes(state) }],
    describeAction: (child) => `to ${child}`,
    describeState: String,
  };
}

/** A ring that is gone round for ever, as long as nobody is owed the way out. */
export function ringModel({ size }: { readonly size: number }): Model<number, 'on' | 'out'> {
  return {
    name: 'ring',
    initialStates: () => [0],
    actions: (state) => (state === size ? [] : state % 1_000 === 500 ? ['on', 'out'] : ['on']),
    next: (state, action) => (action === 'out' ? size : (state + 1) % size),
    properties: [
      { kind: 'eventually', name: 'out', holds: (state) => state === size },
      { kind: 'eventually', name: 'halfway or out', holds: (state) => state === size || state === size / 2 },
    ],
    describeAction: (action) => action,
    describeState: String,
  };
}
