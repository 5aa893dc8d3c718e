/** Chain replication with one rule changed. */
import { currentRole, isHead, lastIndex } from '../../protocols/chain/index.ts';
import type { ChainGroupProcess } from './chain.ts';

/** The middle answers reads, too. */
export function readsFromTheMiddle(member: ChainGroupProcess): ChainGroupProcess {
  return {
    ...member,
    onMessage(state, self, from, message, effects) {
      const middle = 'log' in state && currentRole(state, self) === 'middle' && state.phase.kind === 'in-step';
      if (!middle || message.kind !== 'read') member.onMessage(state, self, from, message, effects);
      else {
        const value = state.log.entries.at(-1)?.value;
        const answer = { kind: 'read-done', request: message.request, index: lastIndex(state.log), value } as const;
        effects.push({ kind: 'send', to: from, message: answer });
      }
    },
  };
}

/** A member says that it is sealed, and goes on. */
export function goesOnWhenSealed(member: ChainGroupProcess): ChainGroupProcess {
  return {
    ...member,
    onMessage(state, self, from, message, effects) {
      if (message.kind !== 'seal' || !('log' in state)) member.onMessage(state, self, from, message, effects);
      else {
        const { log, inStep } = state;
        const sealed = { kind: 'sealed', epoch: message.epoch, last: lastIndex(log), inStep } as const;
        effects.push({ kind: 'send', to: from, message: sealed });
      }
    },
  };
}

/** The head says that a write is done as soon as it has it itself. */
export function acknowledgesAtTheHead(member: ChainGroupProcess): ChainGroupProcess {
  return {
    ...member,
    onMessage(state, self, from, message, effects) {
      const before = 'log' in state ? lastIndex(state.log) : 0;
      member.onMessage(state, self, from, message, effects);
      if (message.kind !== 'append' || !('log' in state) || !isHead(currentRole(state, self))) return;
      const index = lastIndex(state.log);
      const done = { kind: 'appended', request: message.request, index } as const;
      if (index > before) effects.push({ kind: 'send', to: from, message: done });
    },
  };
}
