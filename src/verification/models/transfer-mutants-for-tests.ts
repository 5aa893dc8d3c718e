/** The transfer of a seat with one rule changed. */
import * as production from '../../protocols/transfer/index.ts';
import type { TransferGroupProcess, TransferRules } from './transfer.ts';

/** What is written during the move goes to the old holder alone. */
export const keepsWritesToItself: TransferRules = { ...production, onWritten: () => false };

/** While the move is on its way to the disk, writes are acknowledged as before. */
export const acknowledgesWhileHanding: TransferRules = {
  ...production,
  onWritten(state, key, effects) {
    production.onWritten(state, key, effects);
    return false;
  },
};

/** What has been sent is taken for stored: nothing is confirmed. */
export const takesSentForStored: TransferRules = {
  ...production,
  onCompared(state, number, page, effects) {
    if (state.offered === number) for (const key of page.wanted) effects.send(key, state.numbers++);
    production.onCompared(state, number, { ...page, wanted: [] }, effects);
  },
};

/** What the other will never take is acknowledged. */
export const acknowledgesWhatIsRefused: TransferRules = {
  ...production,
  onNeverStoredThere(state, key, number, isLeftover, effects) {
    return production.onNeverStoredThere(state, key, number, isLeftover, { ...effects, giveUp: (one) => effects.release(one) });
  },
};

/** What the other will never take is sent again and again. */
export const neverGivesUp: TransferRules = { ...production, onNeverStoredThere: () => false };

/** The new holder is told to the world when the move begins. */
export function announcesAtTheBeginning(old: TransferGroupProcess): TransferGroupProcess {
  return {
    ...old,
    onTimer(state, self, timer, effects) {
      old.onTimer?.(state, self, timer, effects);
      if (timer === 'begin') effects.push({ kind: 'send', to: 2 as typeof self, message: { kind: 'moved' } });
    },
  };
}

/** The move is told, and the records dropped, while it is still on its way to the disk. */
export function announcesBeforePersisting(old: TransferGroupProcess): TransferGroupProcess {
  return {
    ...old,
    onMessage(state, self, from, message, effects) {
      old.onMessage(state, self, from, message, effects);
      for (const [place, effect] of effects.entries()) {
        if (effect.kind !== 'persist' || !effect.then.some((then) => then.kind === 'send' && then.to === self)) continue;
        const then: never[] = [];
        effects.splice(place, 1, { ...effect, then }, ...effect.then);
        return;
      }
    },
  };
}
