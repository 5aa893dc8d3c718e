import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processId } from '../process/index.ts';
import { destinationOf, fillSlots, type HandoffEffects, hintHolder } from './index.ts';

const nodes = ['a', 'b', 'c', 'd', 'e', 'f'];
const everyone = { isHealthy: () => true, hostOf: (node: string) => node };

describe('the slots of a request', () => {
  test('are the homes when all are healthy', () => {
    expect(fillSlots(nodes, 3, everyone)).toEqual(['a', 'b', 'c']);
  });

  test('of homes that are down go to the next healthy nodes of the preference list', () => {
    const down = new Set(['a', 'c', 'd']);
    const rules = { ...everyone, isHealthy: (node: string) => !down.has(node) };
    expect(fillSlots(nodes, 3, rules)).toEqual(['e', 'b', 'f']);
    expect(fillSlots(nodes, 3, { ...rules, strict: true })).toEqual([undefined, 'b', undefined]);
    expect(fillSlots(nodes, 3, { ...rules, first: 'f' })).toEqual(['f', 'b', 'e']);
    expect(fillSlots(nodes, 3, { ...rules, first: 'b' })).toEqual(['e', 'b', 'f']);
  });

  test('go to another host if there is one, and else to a host that has a copy', () => {
    const hostOf = (node: string): string => (node === 'b' || node === 'd' ? 'one' : node);
    const rules = { hostOf, isHealthy: (node: string) => node !== 'a' };
    expect(fillSlots(nodes, 3, rules)).toEqual(['e', 'b', 'c']);
    expect(fillSlots(['a', 'b', 'c', 'd'], 3, rules)).toEqual(['d', 'b', 'c']);
    expect(fillSlots(['a', 'b', 'c'], 3, rules)).toEqual([undefined, 'b', 'c']);
  });

  test('are of distinct healthy nodes, as many as there are, and homes keep their own', () => {
    const drawn = fc.record({
      n: fc.integer({ min: 1, max: 6 }),
      hosts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
      healthy: fc.uniqueArray(fc.constantFrom(...nodes)),
      strict: fc.boolean(),
    });
    fc.assert(
      fc.property(drawn, ({ n, hosts, healthy, strict }) => {
        const hostOf = (node: string): string => String(hosts[nodes.indexOf(node)]);
        const slots = fillSlots(nodes, n, { isHealthy: (node) => healthy.includes(node), hostOf, strict });
        const filled = slots.filter((node) => node !== undefined);
        expect(new Set(filled).size).toBe(filled.length);
        expect(filled.every((node) => healthy.includes(node))).toBe(true);
        for (const [slot, home] of nodes.slice(0, n).entries()) if (healthy.includes(home)) expect(slots[slot]).toBe(home);
        if (strict) expect(filled.every((node) => nodes.indexOf(node) < n)).toBe(true);
        else expect(filled.length).toBe(Math.min(n, healthy.length));
      }),
    );
  });
});

test('a hint goes to its target, or to the homes after it, and stays when nobody knows its target', () => {
  expect(destinationOf('a', 'member', ['a', 'b'])).toEqual({ kind: 'offer', to: 'a' });
  expect(destinationOf('a', 'left', ['b', 'c'])).toEqual({ kind: 'redirect', to: ['b', 'c'] });
  expect(destinationOf('a', 'member', ['b', 'c'])).toEqual({ kind: 'redirect', to: ['b', 'c'] });
  expect(destinationOf('a', 'unknown', ['b', 'c'])).toEqual({ kind: 'keep' });
  expect(destinationOf('a', 'left', [])).toEqual({ kind: 'keep' });
});

describe('a holder of hints', () => {
  const [self, home, heir, coordinator] = [processId(0), processId(1), processId(2), processId(3)];
  const holder = hintHolder<number>({ merge: (a, b) => a | b, isSame: (a, b) => a === b }, [home]);

  test('keeps one hint of several writes, for each target', () => {
    const state = holder.start(self, undefined, []);
    for (const data of [1, 2, 1]) holder.onMessage(state, self, coordinator, { kind: 'hint', target: home, data }, []);
    expect(state.hints).toEqual([{ target: home, data: 3 }]);
  });

  test('keeps a hint for a node it does not know until it does, and takes over what is owed to itself', () => {
    const effects: HandoffEffects<number> = [];
    const state = holder.start(self, undefined, []);
    holder.onMessage(state, self, coordinator, { kind: 'hint', target: heir, data: 1 }, []);
    holder.onTimer?.(state, self, 'offer', effects);
    expect(effects.filter(({ kind }) => kind === 'send')).toEqual([]);
    holder.onMessage(state, self, coordinator, { kind: 'ring', homes: [heir] }, []);
    holder.onTimer?.(state, self, 'offer', effects);
    expect(effects.filter(({ kind }) => kind === 'send')).toEqual([
      { kind: 'send', to: heir, message: { kind: 'store', data: 1 } },
    ]);
    holder.onMessage(state, self, coordinator, { kind: 'ring', homes: [self] }, []);
    expect(state).toMatchObject({ hints: [], own: 1 });
  });
});
