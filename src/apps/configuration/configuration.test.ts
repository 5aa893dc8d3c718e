import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuorateError } from '../../runtime/errors/index.ts';
import { localConfigurationText, nodeConfiguration, nodeEntry, parseConfiguration } from './index.ts';

const THREE_NODES = [1, 2, 3].map((number) => ({ name: `n${number}`, address: `127.0.0.1:740${number}` }));
const MINIMAL = { cluster: 'shop', nodes: THREE_NODES };

function parse(document: unknown) {
  return parseConfiguration('quorate.json', JSON.stringify(document));
}

function complaint(document: unknown): string {
  try {
    parse(document);
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    expect(error.code).toBe('bad-configuration');
    expect(error.outcome).toBe('not-applied');
    return error.message;
  }
  throw new Error('the configuration was accepted');
}

describe('a configuration', () => {
  it('needs a cluster name and nodes; the rest has defaults', () => {
    const configuration = parse(MINIMAL);
    expect(configuration.partitions).toBe(256);
    expect(configuration.defaults).toEqual({ n: 3, r: 2, w: 2, durability: 'disk', conflict: 'siblings' });
    expect(configuration.limits).toEqual({ keyBytes: 1024, valueBytes: 1024 * 1024 });
    expect(configuration.nodes[1]).toEqual({
      name: 'n2',
      address: '127.0.0.1:7402',
      http: undefined,
      host: '127.0.0.1',
      zone: 'default',
      weight: 1,
      engine: { kind: 'lmdb' },
    });
  });

  it('says where each node keeps its data, and may say it once for all', () => {
    const mysql = { socket: '/run/mysqld/mysqld.sock', user: 'quorate', database: 'quorate' };
    const [first, ...others] = THREE_NODES;
    const { nodes } = parse({ ...MINIMAL, engine: 'memory', nodes: [{ ...first, engine: { mysql } }, ...others] });
    const { user, database } = mysql;
    const unsaid = { passwordVariable: undefined, mostBytes: undefined };
    expect(nodes.map(({ engine }) => engine)).toEqual([
      { kind: 'mysql', mysql: { at: { socket: mysql.socket }, user, database, ...unsaid } },
      { kind: 'memory' },
      { kind: 'memory' },
    ]);
    expect(complaint({ ...MINIMAL, engine: 'paper' })).toContain('engine is "paper", but it must be one of lmdb, memory');
    expect(complaint({ ...MINIMAL, engine: { mysql: { user, database } } })).toContain("either 'socket' or 'host'");
    expect(complaint({ ...MINIMAL, engine: { mysql: { ...mysql, port: 1 } } })).toContain("'port' belongs to 'host'");
    expect(complaint({ ...MINIMAL, engine: { mysql: { ...mysql, password: 'x' } } })).toContain(
      'engine.mysql.password is unknown',
    );
  });

  it('has a target for the foreground, if it says one', () => {
    const configuration = parse({ ...MINIMAL, target: { p999Ms: 20 } });
    expect(nodeConfiguration(configuration, 'n1').target).toEqual({ p999Ms: 20 });
    expect(nodeConfiguration(parse(MINIMAL), 'n1')).not.toHaveProperty('target');
    expect(complaint({ ...MINIMAL, target: { p999Ms: 0 } })).toContain('target.p999Ms is 0');
  });

  it('takes bucket settings from the preset, the defaults and the bucket itself', () => {
    const { defaults, buckets } = parse({
      ...MINIMAL,
      defaults: { durability: 'memory' },
      buckets: { catalogue: { preset: 'read-optimised' }, likes: { conflict: 'counter', w: 1 } },
    });
    expect(defaults).toEqual({ n: 3, r: 2, w: 2, durability: 'memory', conflict: 'siblings' });
    expect(buckets.get('catalogue')).toEqual({ n: 3, r: 1, w: 3, durability: 'memory', conflict: 'siblings' });
    expect(buckets.get('likes')).toEqual({ n: 3, r: 2, w: 1, durability: 'memory', conflict: 'counter' });
  });

  it('gives a node on a Unix socket a host of its own', () => {
    const { nodes } = parse({ ...MINIMAL, nodes: THREE_NODES.map((node) => ({ ...node, address: `unix:/run/${node.name}` })) });
    expect(nodes.map((node) => node.host)).toEqual(['n1', 'n2', 'n3']);
  });

  it('becomes what a node needs to know', () => {
    const configuration = parse(MINIMAL);
    const node = nodeConfiguration(configuration, nodeEntry('quorate.json', configuration, 'n2').name);
    expect(node.nodeName).toBe('n2');
    expect(node.clusterName).toBe('shop');
    expect(node.members.map((member) => member.name)).toEqual(['n1', 'n2', 'n3']);
    expect(() => nodeEntry('quorate.json', configuration, 'n9')).toThrow(
      "quorate.json: there is no node 'n9'; the nodes are n1, n2, n3",
    );
  });
});

describe('a wrong configuration names the place, the value and the rule', () => {
  const node = { name: 'n1', address: '127.0.0.1:7401' };
  const others = THREE_NODES.slice(1);
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['a list instead of an object', [], 'the document is [], but it must be an object'],
    ['an unknown field', { ...MINIMAL, color: 1 }, 'color is unknown; the document may have cluster, partitions, nodes,'],
    [
      'an unknown field of a node',
      { ...MINIMAL, nodes: [{ ...node, prot: 1 }] },
      'nodes[0].prot is unknown; nodes[0] may have name, address',
    ],
    ['a missing field', { nodes: THREE_NODES }, 'cluster is missing'],
    ['a wrong type', { ...MINIMAL, cluster: 7 }, 'cluster is 7, but it must be 1 to 63 of a-z'],
    ['no nodes', { ...MINIMAL, nodes: [] }, 'nodes is [], but a cluster needs at least one node'],
    ['a wrong address', { ...MINIMAL, nodes: [{ ...node, address: 'here' }] }, "nodes[0].address: address 'here' is not valid"],
    [
      'a port of 0',
      { ...MINIMAL, nodes: [{ ...node, address: 'a:0' }] },
      'nodes[0].address is "a:0", but the port must be 1 to 65535',
    ],
    [
      'a name twice',
      { ...MINIMAL, nodes: [node, { ...node, address: 'a:1' }] },
      'nodes[1].name is "n1", but nodes[0].name has the same',
    ],
    [
      'an address twice',
      { ...MINIMAL, nodes: [node, { ...node, name: 'x' }] },
      'nodes[1].address is "127.0.0.1:7401", but nodes[0].address has the same',
    ],
    [
      'HTTP on a node address',
      { ...MINIMAL, nodes: [{ ...node, http: node.address }] },
      'nodes[0].http is "127.0.0.1:7401", but nodes[0].address has the same',
    ],
    [
      'HTTP on a Unix socket',
      { ...MINIMAL, nodes: [{ ...node, http: 'unix:/x' }] },
      'nodes[0].http is "unix:/x", but the HTTP gateway listens on host:port only',
    ],
    [
      'a reserved name',
      { ...MINIMAL, nodes: [{ ...node, name: 'quorate.json' }, ...others] },
      'nodes[0].name is "quorate.json", but that name is reserved',
    ],
    [
      'a name that climbs',
      { ...MINIMAL, nodes: [{ ...node, name: '../x' }] },
      'nodes[0].name is "../x", but it must be 1 to 63 of',
    ],
    [
      'a weight of 0',
      { ...MINIMAL, nodes: [{ ...node, weight: 0 }] },
      'nodes[0].weight is 0, but it must be a whole number from 1 to 1000',
    ],
    ['partitions that are no power of two', { ...MINIMAL, partitions: 100 }, 'partitions is 100, but it must be a power of two'],
    [
      'too many partitions',
      { ...MINIMAL, partitions: 131_072 },
      'partitions is 131072, but it must be a whole number from 1 to 65536',
    ],
    [
      'an unknown preset',
      { ...MINIMAL, defaults: { preset: 'fast' } },
      'defaults.preset is "fast", but it must be one of default, read-optimised, always-writable',
    ],
    [
      'r above n',
      { ...MINIMAL, buckets: { carts: { r: 4 } } },
      "buckets.carts: Bucket 'carts' has r=4, but it must be a whole number from 1 to n=3",
    ],
    ['n above the nodes', { ...MINIMAL, nodes: THREE_NODES.slice(1) }, 'defaults: n=3 needs 3 nodes, the configuration has 2'],
    [
      'n above the nodes in a bucket',
      { ...MINIMAL, buckets: { wide: { n: 5 } } },
      'buckets.wide: n=5 needs 5 nodes, the configuration has 3',
    ],
    ['a bad bucket name', { ...MINIMAL, buckets: { 'My Bucket': {} } }, 'buckets."My Bucket": \'My Bucket\' is no bucket name'],
    [
      'a key limit beyond the format',
      { ...MINIMAL, limits: { keyBytes: 5000 } },
      'limits.keyBytes is 5000, but it must be a whole number from 1 to 1024',
    ],
    ['no requests at all', { ...MINIMAL, maxInFlight: 0 }, 'maxInFlight is 0, but it must be a whole number from 1 to'],
  ];

  it.each(cases)('%s', (_, document, expected) => {
    const message = complaint(document);
    expect(message).toContain(`quorate.json: ${expected}`);
    expect(message).not.toContain('\n');
  });

  it('text that is not JSON', () => {
    expect(() => parseConfiguration('quorate.json', '{"cluster":')).toThrow(/^quorate\.json: it is not JSON: [^\n]+$/);
  });

  it('never anything but a typed error, whatever the document', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('cluster', 'nodes', 'defaults', 'buckets', 'limits', 'partitions', '__proto__'),
        (value, field) => {
          const text = `${JSON.stringify(MINIMAL).slice(0, -1)},${JSON.stringify(field)}:${JSON.stringify(value)}}`;
          try {
            parseConfiguration('quorate.json', text);
          } catch (error) {
            expect(error).toBeInstanceOf(QuorateError);
          }
        },
      ),
    );
  });
});

describe('the local configuration', () => {
  it('is a valid configuration with a host per node, whatever the number of nodes', () => {
    for (const nodes of [1, 2, 3, 5]) {
      const configuration = parseConfiguration('quorate.json', localConfigurationText({ nodes, port: 7401, httpPort: 7501 }));
      expect(new Set(configuration.nodes.map((node) => node.host)).size).toBe(nodes);
      expect(configuration.defaults.n).toBe(Math.min(3, nodes));
      expect(configuration.nodes.at(-1)).toMatchObject({
        address: `127.0.0.1:${7400 + nodes}`,
        http: `127.0.0.1:${7500 + nodes}`,
      });
    }
  });

  it('refuses overlapping and impossible ports', () => {
    expect(() => localConfigurationText({ nodes: 3, port: 7401, httpPort: 7403 })).toThrow('overlap');
    expect(() => localConfigurationText({ nodes: 3, port: 7401, httpPort: 65_534 })).toThrow(
      'would need port 65536, beyond 65535',
    );
  });
});
