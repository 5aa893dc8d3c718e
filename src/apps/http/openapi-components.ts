/** The parts that several operations of the OpenAPI document share. */

const wholeNumber = (minimum: number, maximum?: number) => ({
  type: 'integer',
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});
const query = (name: string, description: string, schema: object) => ({
  name,
  in: 'query',
  description,
  required: false,
  schema,
});

export const BUCKET = {
  name: 'bucket',
  in: 'path',
  required: true,
  description: 'Buckets need no creation.',
  schema: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' },
};
export const KEY = {
  name: 'key',
  in: 'path',
  required: true,
  description:
    'Percent-encoded bytes, at least one. It may contain slashes, encoded or not; encode them where a path step would be . or ..',
  schema: { type: 'string', minLength: 1 },
};
export const R = query('r', "Replicas that must answer; default: the bucket's.", wholeNumber(1, 16));
export const W = query('w', "Replicas that must store the change; default: the bucket's.", wholeNumber(1, 16));
export const STRICT = query('strict', 'Home replicas only: nobody stands in for one that is down.', {
  type: 'boolean',
  default: false,
});
export const TIMEOUT = query('timeout', 'Milliseconds until the call fails.', { ...wholeNumber(1, 3_600_000), default: 5_000 });
export const TTL = query(
  'ttl',
  "Milliseconds until the value expires; default: the bucket's, or never.",
  wholeNumber(1, 315_360_000_000),
);
export const WATCH = query('watch', 'Send the present state, then each that follows, as server-sent events.', { type: 'string' });
export const CURSOR = query('cursor', 'Where the page before ended; leave it out for the first one.', { type: 'string' });
export const LIMIT = query('limit', 'Keys per page.', { ...wholeNumber(1, 10_000), default: 1_000 });
export const CONTEXT_IN = {
  name: 'Quorate-Context',
  in: 'header',
  required: false,
  description: 'As the last read or write of this very key returned it.',
  schema: { type: 'string' },
};

/** `content` of a schema by name. */
export const JSON_OF = (schema: string) => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

export const NO_CONTENT = {
  description: 'Done. Without a context if there are concurrent values that the writer has not seen: read them first.',
  headers: { 'quorate-context': { $ref: '#/components/headers/Context' } },
};

/** Responses by status, all of one form. */
export function failures(...statuses: readonly number[]): Readonly<Record<string, { readonly $ref: string }>> {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

const problem = (description: string, headers?: object) => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const object = (required: readonly string[], properties: object) => ({ type: 'object', required, properties });
const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const listOf = (items: object) => ({ type: 'array', items });
const onlyField = (name: string, schema: object) => ({ ...object([name], { [name]: schema }), additionalProperties: false });

const NODE_STATUS = object(['name', 'address', 'host', 'zone', 'weight', 'up', 'share'], {
  name: TEXT,
  address: TEXT,
  host: TEXT,
  zone: TEXT,
  weight: { type: 'integer' },
  up: { type: 'boolean', description: 'Whether the answering node can talk to it now.' },
  share: { ...NUMBER, description: 'Share of the ring it is the first owner of, 0 .. 1.' },
});

const BUCKET_SETTINGS = object(['n', 'r', 'w', 'durability', 'conflict'], {
  n: { type: 'integer' },
  r: { type: 'integer' },
  w: { type: 'integer' },
  durability: { enum: ['disk', 'memory'] },
  conflict: { enum: ['siblings', 'latest', 'set', 'counter', 'map', 'max', 'register'] },
});

export const COMPONENTS = {
  headers: {
    Context: { description: 'Give it to the write that follows. Opaque; bound to the key.', schema: TEXT },
  },
  responses: {
    400: problem('The request is wrong.'),
    409: problem("The conflict policy of the bucket does not take this change (code 'wrong-change')."),
    413: problem('Too large; the problem names the limit.'),
    422: problem('More replicas asked for than the bucket keeps.'),
    503: problem('Not enough replicas, or this node is busy, stopping or not ready.', {
      'retry-after': { description: 'Seconds.', schema: { type: 'integer' } },
    }),
    504: problem("No answer in time. With outcome 'unknown' the write may still have happened."),
  },
  schemas: {
    Problem: object(['type', 'title', 'status', 'code', 'outcome', 'next', 'data'], {
      type: { ...TEXT, format: 'uri' },
      title: { ...TEXT, description: 'One sentence for people; programs match on the code.' },
      status: { type: 'integer' },
      code: { ...TEXT, description: 'Stable.' },
      outcome: { enum: ['not-applied', 'unknown'], description: 'What it means for the data.' },
      next: { ...TEXT, description: 'What to do.' },
      data: { type: 'object' },
    }),
    Siblings: object(['siblings', 'context'], {
      siblings: listOf({
        ...object(['contentType'], { contentType: TEXT, text: TEXT, base64: TEXT }),
        oneOf: [{ required: ['text'] }, { required: ['base64'] }],
      }),
      context: TEXT,
    }),
    Page: object(['keys'], {
      keys: listOf({ oneOf: [TEXT, onlyField('base64', TEXT)] }),
      cursor: { ...TEXT, description: 'Of the next page; absent on the last.' },
    }),
    Change: {
      oneOf: [
        onlyField('add', listOf(TEXT)),
        onlyField('remove', listOf(TEXT)),
        onlyField('increment', NUMBER),
        onlyField('raise', NUMBER),
        onlyField('putField', object(['name', 'value'], { name: TEXT, value: { description: 'Any JSON.' } })),
        onlyField('deleteField', TEXT),
      ],
    },
    Alive: object(['status', 'node'], { status: TEXT, node: TEXT }),
    Ready: object(['status', 'node'], {
      status: TEXT,
      node: TEXT,
      waitingRegisters: {
        ...listOf({ type: 'integer' }),
        description:
          'Partitions of atomic buckets of which this node has a replica and does not answer for it yet. Absent for none.',
      },
      next: TEXT,
    }),
    Status: object(['cluster', 'answeredBy', 'version', 'partitions', 'nodes', 'buckets'], {
      cluster: TEXT,
      answeredBy: TEXT,
      version: TEXT,
      partitions: { type: 'integer' },
      nodes: listOf(NODE_STATUS),
      buckets: { type: 'object', description: 'By name; all others under *.', additionalProperties: BUCKET_SETTINGS },
    }),
    Ring: object(['partitions', 'version', 'nodes', 'preferenceLists'], {
      partitions: { type: 'integer' },
      version: TEXT,
      nodes: listOf(TEXT),
      preferenceLists: listOf(listOf({ type: 'integer', description: 'Index into nodes.' })),
    }),
    AnyObject: { type: 'object' },
  },
} as const;
