import { describe, expect, test } from 'vitest';
import { ExistingCluster, parseCommands } from './existing-cluster.ts';

const cluster = (text: string): ExistingCluster =>
  new ExistingCluster({
    nodes: [
      { name: 'a', address: 'h:1' },
      { name: 'b', address: 'h:2' },
      { name: 'c', address: 'h:3' },
    ],
    commands: parseCommands('commands.json', text),
  });

describe('a cluster that runs already', () => {
  test('does its faults by the commands given, for each node, and ends what is still open', async () => {
    const told = JSON.stringify({ kill: { begin: 'test {node}:{address}:"{others}" = b:h:2:"a c"', end: 'exit 3' } });
    const stage = cluster(told);
    const fault = { kind: 'kill', nodes: ['b'] } as const;
    expect(await stage.begin(fault)).toBeUndefined();
    await expect(stage.end(fault)).rejects.toThrow("the command to end 'kill' ended with code 3");
    await expect(stage.begin({ kind: 'kill', nodes: ['a'] })).rejects.toThrow('code 1');
    await stage.close();
  });

  test('says what it has no command for', async () => {
    const stage = cluster('{"pause":{"begin":"true","end":"true"}}');
    expect([...stage.unable.keys()]).toEqual(['kill', 'partition', 'zone', 'slow', 'disk']);
    await expect(stage.begin({ kind: 'disk', nodes: ['a'] })).rejects.toThrow("no command for 'disk'");
  });

  test('runs the command of a partition for the side that is cut off', async () => {
    const stage = cluster('{"partition":{"begin":"test {node} = c","end":"true"}}');
    expect(await stage.begin({ kind: 'partition', from: ['c'], to: ['a', 'b'], oneWay: true })).toBe(
      'by a command for both ways',
    );
  });

  test.each([
    ['no JSON', '{', 'it is no JSON'],
    ['a list', '[]', 'it is no object of faults'],
    ['another fault', '{"flood":{}}', "'flood' is no fault"],
    ['half a fault', '{"kill":{"begin":"true"}}', "'kill' needs the texts 'begin' and 'end'"],
    ['a text for a fault', '{"kill":"true"}', "'kill' needs the texts 'begin' and 'end'"],
  ])('refuses %s', (_name, text, problem) => {
    expect(() => parseCommands('commands.json', text)).toThrow(`commands.json: ${problem}`);
  });
});
