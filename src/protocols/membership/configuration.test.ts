import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moves, nodeName } from '../ring/index.ts';
import { type ConfiguredNode, fromConfiguration } from './configuration.ts';
import { decodeHistory, encodeHistory } from './encoding.ts';
import { append, members, merge, NO_HISTORY, ringOf } from './history.ts';

const NODES: readonly ConfiguredNode[] = ['c', 'a', 'd', 'b'].map((name) => ({ name, address: `${name}.example:7401` }));

describe('a configured list of nodes', () => {
  test('makes them members; what is not said is the usual', () => {
    const history = fromConfiguration([
      { name: 'n2', address: 'x:2', host: 'big', zone: 'east', weight: 4 },
      { name: 'n1', address: 'x:1' },
    ]);
    expect(members(history)).toEqual([
      { name: 'n1', address: 'x:1', host: 'n1', zone: 'default', weight: 1 },
      { name: 'n2', address: 'x:2', host: 'big', zone: 'east', weight: 4 },
    ]);
    expect(fromConfiguration([])).toEqual(NO_HISTORY);
  });

  test('gives the same history and ring in whatever order it is written', () => {
    const history = fromConfiguration(NODES);
    fc.assert(
      fc.property(fc.shuffledSubarray([...NODES], { minLength: NODES.length }), (shuffled) => {
        expect(fromConfiguration(shuffled)).toEqual(history);
        expect(ringOf(fromConfiguration(shuffled), 16).version).toBe(ringOf(history, 16).version);
      }),
      { numRuns: 24 },
    );
    expect(decodeHistory(encodeHistory(history))).toEqual(history);
  });

  test('merges with a shorter list and with what is decided later', () => {
    const [short, long] = [fromConfiguration(NODES.slice(0, 2)), fromConfiguration(NODES)];
    expect(merge(short, long)).toEqual(long);
    const decided = append(short, nodeName('a'), { kind: 'leave', node: nodeName('c') });
    expect(members(merge(decided, long)).map((member) => member.name)).toEqual(['a', 'b', 'd']);
  });

  test('moves only what it must when a node with the last name is added', () => {
    const before = ringOf(fromConfiguration(NODES));
    const after = ringOf(fromConfiguration([...NODES, { name: 'e', address: 'e:1' }]));
    for (const { gains } of moves(before, after, 1)) expect(gains).toEqual(['e']);
    expect(moves(before, after, 1)).toHaveLength(51);
  });

  test.each<[string, readonly ConfiguredNode[]]>([
    ['node-name-invalid', [{ name: 'a b', address: 'x:1' }]],
    ['node-invalid', [{ name: 'a', address: '' }]],
    ['node-invalid', [{ name: 'a', address: 'x'.repeat(256) }]],
    ['node-invalid', [{ name: 'a', address: 'x:1', zone: 'zürich' }]],
    ['node-invalid', [{ name: 'a', address: 'x:1', host: 'h'.repeat(64) }]],
    ['node-invalid', [{ name: 'a', address: 'x:1', weight: 0 }]],
    ['node-invalid', [{ name: 'a', address: 'x:1', weight: 1.5 }]],
    [
      'node-listed-twice',
      [
        { name: 'a', address: 'x:1' },
        { name: 'b', address: 'x:2' },
        { name: 'a', address: 'x:3' },
      ],
    ],
    [
      'address-listed-twice',
      [
        { name: 'a', address: 'x:1' },
        { name: 'b', address: 'x:1' },
      ],
    ],
  ])('is refused with %s', (code, nodes) => {
    expect(() => fromConfiguration(nodes)).toThrowError(expect.objectContaining({ code, outcome: 'not-applied' }));
  });
});
