import { describe, expect, it } from 'vitest';
import { nodeConfiguration, parseConfiguration, parseSeeds } from './index.ts';

const nodes = [1, 2, 3, 4].map((number) => ({ name: `n${number}`, address: `127.0.0.1:740${number}` }));

function parse(more: object) {
  return parseConfiguration('quorate.json', JSON.stringify({ cluster: 'shop', nodes, ...more }));
}

describe('seeds', () => {
  it('are a list of addresses, or a file, or a URL', () => {
    expect(parse({}).seeds).toBeUndefined();
    expect(parse({ seeds: ['10.0.0.1:7401'] }).seeds).toEqual({ kind: 'list', addresses: ['10.0.0.1:7401'] });
    expect(parse({ seeds: { file: 'seeds.txt' } }).seeds).toEqual({ kind: 'file', file: 'seeds.txt' });
    expect(parse({ seeds: { url: 'http://x/seeds' } }).seeds).toEqual({ kind: 'url', url: 'http://x/seeds' });
  });

  it.each([
    ['nothing', [], 'at least one seed'],
    ['a wrong address', ['here'], "seeds[0]: address 'here' is not valid"],
    ['both', { file: 'x', url: 'http://x' }, 'either a file or a url'],
    ['neither', {}, 'either a file or a url'],
    ['another scheme', { url: 'ftp://x' }, 'seeds.url is "ftp://x", but it must be a URL with http or https'],
    ['a number', 7, 'seeds is 7, but it must be an object'],
  ])('that are %s are refused', (_what, seeds, message) => {
    expect(() => parse({ seeds })).toThrow(
      expect.objectContaining({ code: 'bad-configuration', message: expect.stringContaining(message) }),
    );
  });

  it('in a text are a JSON list, or words', () => {
    expect(parseSeeds('f', ' ["a:1", "b:2"]')).toEqual(['a:1', 'b:2']);
    expect(parseSeeds('f', 'a:1\n  b:2\n')).toEqual(['a:1', 'b:2']);
    for (const garbage of ['', '<html>hello</html>', '{"seeds":[]}', '[1]', 'a', 'a:1 b:99999999']) {
      expect(() => parseSeeds('f', garbage)).toThrow(expect.objectContaining({ code: 'bad-configuration' }));
    }
  });
});

describe('a node that is new', () => {
  it('is no member, and asks the seeds; without any, the other nodes of the file', () => {
    const asked = nodeConfiguration(parse({}), 'n4', { join: true });
    expect(asked).toMatchObject({ members: [], newcomer: { name: 'n4', address: '127.0.0.1:7404' } });
    expect(asked.seeds).toEqual(['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403']);
    expect(nodeConfiguration(parse({}), 'n4', { join: true, seeds: ['x:1'] }).seeds).toEqual(['x:1']);
  });

  it('and one that is not new has all of them as members, and seeds if there are any', () => {
    const node = nodeConfiguration(parse({}), 'n4');
    expect(node.members).toHaveLength(4);
    expect(node).not.toHaveProperty('newcomer');
    expect(node).not.toHaveProperty('seeds');
    expect(nodeConfiguration(parse({}), 'n4', { seeds: ['x:1'] }).seeds).toEqual(['x:1']);
  });
});
