/** Hinted handoff with one rule changed. */
import { fillSlots } from '../../protocols/hinted-handoff/index.ts';
import type { HandoffGroupProcess } from './hinted-handoff.ts';

/** That the offer has left is taken for its arrival. */
export function retiresBeforeTheTargetHasIt(holder: HandoffGroupProcess): HandoffGroupProcess {
  return {
    ...holder,
    onTimer(state, self, timer, effects) {
      holder.onTimer?.(state, self, timer, effects);
      if (!('hints' in state)) return;
      for (const { target, data } of state.hints) holder.onMessage(state, self, target, { kind: 'stored', data }, effects);
    },
  };
}

/** Any acknowledgement of the target is one of all that is held for it. */
export function retiresByAnOlderOffer(holder: HandoffGroupProcess): HandoffGroupProcess {
  return {
    ...holder,
    onMessage(state, self, from, message, effects) {
      const held = 'hints' in state ? state.hints.find(({ target }) => target === from) : undefined;
      const answer = message.kind === 'stored' && held !== undefined ? { ...message, data: held.data } : message;
      holder.onMessage(state, self, from, answer, effects);
    },
  };
}

/** What was held for a node that is no home any more goes with it. */
export function dropsWhenTheTargetLeaves(holder: HandoffGroupProcess): HandoffGroupProcess {
  return {
    ...holder,
    onMessage(state, self, from, message, effects) {
      if (message.kind === 'ring' && 'hints' in state) {
        state.hints = state.hints.filter(({ target }) => message.homes.includes(target));
      }
      holder.onMessage(state, self, from, message, effects);
    },
  };
}

/** The home says that it has what is still on its way to the disk. */
export function storesBeforePersisting(home: HandoffGroupProcess): HandoffGroupProcess {
  return {
    ...home,
    onMessage(state, self, from, message, effects) {
      home.onMessage(state, self, from, message, effects);
      for (const [place, effect] of effects.entries()) {
        if (effect.kind !== 'persist') continue;
        const then: never[] = [];
        effects.splice(place, 1, { ...effect, then }, ...effect.then);
        return;
      }
    },
  };
}

/** Nobody is asked whether the request was strict. */
export const standsInForStrictRequests: typeof fillSlots = (preferenceList, n, rules) =>
  fillSlots(preferenceList, n, { ...rules, strict: false });
