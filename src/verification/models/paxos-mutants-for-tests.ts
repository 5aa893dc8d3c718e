/** Paxos with one rule changed. */
import type { StoredPaxos } from '../../protocols/paxos/index.ts';
import { processId } from '../../protocols/process/index.ts';
import type { PaxosGroupProcess } from './paxos.ts';

/** A proposer proposes its own value whatever votes the promises tell of. */
export function ignoresVotes(server: PaxosGroupProcess): PaxosGroupProcess {
  return {
    ...server,
    onMessage(state, self, from, message, effects) {
      const heard = message.kind === 'promise' ? { ...message, vote: undefined } : message;
      server.onMessage(state, self, from, heard, effects);
    },
  };
}

/** An acceptor comes back from a crash without its promise. */
export function forgetsPromise(server: PaxosGroupProcess): PaxosGroupProcess {
  return { ...server, start: (self, stored, effects) => server.start(self, remembered(stored, 'vote'), effects) };
}

/** An acceptor comes back from a crash with its promise, but without its vote. */
export function forgetsVote(server: PaxosGroupProcess): PaxosGroupProcess {
  return { ...server, start: (self, stored, effects) => server.start(self, remembered(stored, 'promise'), effects) };
}

/** What the servers of this model store is theirs; the group only does not say so. */
function remembered(stored: unknown, what: 'vote' | 'promise'): StoredPaxos<string> | undefined {
  if (stored === undefined) return undefined;
  const { acceptor, decided } = stored as StoredPaxos<string>;
  if (decided) return { acceptor, decided };
  const none = { round: 0, process: processId(0) };
  const forgetful =
    what === 'vote'
      ? { promised: acceptor.vote?.ballot ?? none, vote: acceptor.vote }
      : { promised: acceptor.promised, vote: undefined };
  return { acceptor: forgetful, decided };
}
