import { describe, expect, test } from 'vitest';
import { type NodeName, nodeName } from '../ring/index.ts';
import { setMembers, startDetector } from './detector.ts';
import { hear } from './opinions.ts';
import type { DetectorState } from './state.ts';
import { opinionsDigest, opinionsToTell } from './summary.ts';
import type { Update } from './update.ts';

const names = Array.from({ length: 100 }, (_unused, index) => nodeName(`n${index}`));
const [a, b, c, d] = names as [NodeName, NodeName, NodeName, NodeName];

function detector(self: NodeName): DetectorState {
  const state = startDetector(self, 1, 0);
  setMembers(state, names, 0);
  return state;
}

describe('what a node holds of all others', () => {
  test('has the same digest at all nodes that hold the same, whatever came first', () => {
    const [one, other] = [detector(a), detector(b)];
    expect(opinionsDigest(one)).toBe(0);
    const updates: readonly Update[] = [
      { node: c, standing: 'dead', incarnation: 3 },
      { node: d, standing: 'suspect', incarnation: 1, by: c },
    ];
    for (const update of updates) hear(one, update, 0, []);
    expect(opinionsDigest(one)).not.toBe(opinionsDigest(other));
    for (const update of updates.toReversed()) hear(other, update, 0, []);
    expect(opinionsDigest(one)).toBe(opinionsDigest(other));
  });

  test('is told without those that are as they were at the start, and taken up by another', () => {
    const [one, other] = [detector(a), detector(b)];
    expect(opinionsToTell(one)).toEqual([]);
    hear(one, { node: a, standing: 'suspect', incarnation: 0, by: c }, 0, []);
    hear(one, { node: d, standing: 'suspect', incarnation: 1, by: c }, 0, []);
    for (const update of opinionsToTell(one)) hear(other, update, 0, []);
    expect(opinionsDigest(other)).toBe(opinionsDigest(one));
    expect(other.opinions.get(a)).toMatchObject({ standing: 'alive', incarnation: 1 });
  });

  test('is told in pieces when it is much', () => {
    const [one, other] = [detector(a), detector(b)];
    for (const node of names.slice(2)) hear(one, { node, standing: 'dead', incarnation: 0 }, 0, []);
    let messages = 0;
    for (; opinionsDigest(one) !== opinionsDigest(other) && messages < 50; messages++) {
      const told = opinionsToTell(one);
      expect(told).toHaveLength(64);
      for (const update of told) hear(other, update, 0, []);
    }
    expect(messages).toBeLessThan(20);
  });
});
