/** Two-phase commit with one rule changed. */
import type { TransactionGroupProcess } from './two-phase-commit.ts';

/** What should leave once it is durable leaves at once. */
export function speaksBeforePersisting(process: TransactionGroupProcess): TransactionGroupProcess {
  return {
    ...process,
    onMessage(state, self, from, message, effects) {
      process.onMessage(state, self, from, message, effects);
      const early = effects.flatMap((effect) => {
        if (effect.kind !== 'persist') return [effect];
        const { stored, then } = effect;
        return [...then, persistOnly(stored)];
      });
      effects.splice(0, effects.length, ...early);
    },
  };
}

function persistOnly(stored: unknown) {
  const then: never[] = [];
  return { kind: 'persist', stored, then } as const;
}

/** The manager takes the first vote for all. */
export function commitsAtTheFirstVote(manager: TransactionGroupProcess): TransactionGroupProcess {
  return {
    ...manager,
    onMessage(state, self, from, message, effects) {
      const preparing = 'coordination' in state && state.coordination.phase === 'preparing' ? state.coordination : undefined;
      manager.onMessage(state, self, from, message, effects);
      if (message.kind !== 'prepared' || preparing === undefined) return;
      for (const other of preparing.participants) {
        if (other !== from) manager.onMessage(state, self, other, { kind: 'prepared' }, effects);
      }
    },
  };
}
