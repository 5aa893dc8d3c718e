/**
 * Causal order: what came before in the same session, and what was read from. Each access has its past as one number per session,
 * how many of that session's accesses are in it: a vector clock, which also says of any two accesses in constant time which was first.
 */
import type { Access, Sessions } from './sessions.ts';

export interface CausalOrder {
  /** Whether one access came before another. */
  precedes(one: Access, other: Access): boolean;
  /** How many accesses of a session are in the past of an access, without itself. */
  known(access: Access, session: number): number;
}

/** @returns the order, or a cycle in it: accesses of which each came before the next, and the last before the first. */
export function causalOrder({ accesses, sessions }: Sessions): CausalOrder | { readonly cycle: readonly Access[] } {
  const sorted = topologically(accesses, (access) => predecessors(access));
  if ('cycle' in sorted) return sorted;
  const width = sessions.length;
  const past = new Int32Array(accesses.length * width);
  for (const access of sorted.order) {
    const start = access.number * width;
    for (const before of predecessors(access)) {
      const from = before.number * width;
      for (let session = 0; session < width; session++) {
        const count = past[from + session] ?? 0;
        if (count > (past[start + session] ?? 0)) past[start + session] = count;
      }
      const own = start + before.session;
      past[own] = Math.max(past[own] ?? 0, before.place + 1);
    }
  }
  const known = (access: Access, session: number): number => past[access.number * width + session] ?? 0;
  return { known, precedes: (one, other) => known(other, one.session) > one.place };
}

export function predecessors({ before, sources }: Access): readonly Access[] {
  return before === undefined ? sources : [before, ...sources];
}

type Sorted = { readonly order: readonly Access[] } | { readonly cycle: readonly Access[] };

/** Depth-first, without recursion: a history is deeper than the call stack. */
export function topologically(accesses: readonly Access[], before: (access: Access) => readonly Access[]): Sorted {
  const order: Access[] = [];
  const state = new Map<Access, 'open' | 'done'>();
  for (const start of accesses) {
    if (state.has(start)) continue;
    const path: { access: Access; rest: readonly Access[]; next: number }[] = [{ access: start, rest: before(start), next: 0 }];
    state.set(start, 'open');
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest[top.next++];
      if (next === undefined) {
        state.set(top.access, 'done');
        order.push(top.access);
        path.pop();
      } else if (state.get(next) === 'open') {
        const from = path.findIndex(({ access }) => access === next);
        return {
          cycle: path
            .slice(from)
            .map(({ access }) => access)
            .reverse(),
        };
      } else if (!state.has(next)) {
        state.set(next, 'open');
        path.push({ access: next, rest: before(next), next: 0 });
      }
    }
  }
  return { order };
}
