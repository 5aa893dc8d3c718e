/** The HTTP interface, described for programs; served at /openapi.json. A test holds it to the routes, both ways. */
import { VERSION } from '../../runtime/version/index.ts';
import {
  BUCKET,
  COMPONENTS,
  CONTEXT_IN,
  CURSOR,
  failures,
  JSON_OF,
  KEY,
  LIMIT,
  NO_CONTENT,
  R,
  STRICT,
  TIMEOUT,
  TTL,
  W,
  WATCH,
} from './openapi-components.ts';

const LIST = {
  operationId: 'listKeys',
  summary: 'One page of the keys of a bucket that have a value, in no useful order: a scan of every partition.',
  parameters: [BUCKET, CURSOR, LIMIT, TIMEOUT],
  responses: { 200: { description: 'The page.', ...JSON_OF('Page') }, ...failures(400, 503, 504) },
};

const VALUE_HEADERS = { 'quorate-context': { $ref: '#/components/headers/Context' } };
const ANY_BYTES = { '*/*': { schema: { type: 'string', format: 'binary' } } };

const GET = {
  operationId: 'getValue',
  summary: 'Read a key.',
  description:
    'Bytes with the content type they were written with. Buckets of conflict policy set, counter, map or max answer their value as ' +
    'JSON. After concurrent writes there are several values: status 300, as JSON, or as multipart/mixed if Accept says so. With the context of ' +
    'a read or write before, the node that coordinated that answers, if it can: a read sees what its caller wrote whatever R and W are.',
  parameters: [BUCKET, KEY, CONTEXT_IN, R, STRICT, WATCH, TIMEOUT],
  responses: {
    200: { description: 'The value.', headers: VALUE_HEADERS, content: ANY_BYTES },
    300: {
      description: 'Several values, none of which supersedes another. Write with the context to resolve them.',
      headers: VALUE_HEADERS,
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/Siblings' } },
        'multipart/mixed': { schema: { type: 'string', format: 'binary' } },
      },
    },
    404: {
      description: 'No value. The context is good for a first write, and for one that follows a deletion.',
      headers: VALUE_HEADERS,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
    ...failures(400, 422, 503, 504),
  },
};

const PUT = {
  operationId: 'putValue',
  summary: 'Write a key.',
  description:
    'Supersedes what the context has seen, and nothing else; without a context the value becomes a sibling of what is there.',
  parameters: [BUCKET, KEY, CONTEXT_IN, W, STRICT, TTL, TIMEOUT],
  requestBody: { description: 'The value; its Content-Type is kept.', required: true, content: ANY_BYTES },
  responses: { 204: NO_CONTENT, ...failures(400, 409, 413, 422, 503, 504) },
};

const DELETE = {
  operationId: 'deleteValue',
  summary: 'Delete a key.',
  description: 'Deletes what the context has seen; without a context, what a read just before sees.',
  parameters: [BUCKET, KEY, CONTEXT_IN, W, STRICT, TIMEOUT],
  responses: { 204: NO_CONTENT, ...failures(400, 422, 503, 504) },
};

const POST = {
  operationId: 'changeStructure',
  summary: 'Change a set, counter, map or maximum.',
  description: 'The body has exactly one change, of a kind that the conflict policy of the bucket takes.',
  parameters: [BUCKET, KEY, W, STRICT, TIMEOUT],
  requestBody: { required: true, ...JSON_OF('Change') },
  responses: { 204: NO_CONTENT, ...failures(400, 409, 413, 422, 503, 504) },
};

const json = (
  operationId: string,
  summary: string,
  schema: string,
  options: { fails?: readonly number[]; parameters?: readonly unknown[] } = {},
) => ({
  get: {
    operationId,
    summary,
    ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
    responses: { 200: { description: 'The answer.', ...JSON_OF(schema) }, ...failures(...(options.fails ?? [])) },
  },
});

const METRICS = {
  get: {
    operationId: 'metrics',
    summary: 'Metrics of this node in the Prometheus text format.',
    responses: { 200: { description: 'The samples.', content: { 'text/plain': { schema: { type: 'string' } } } } },
  },
};

export const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'Quorate',
    version: VERSION,
    summary: 'An always-writable, replicated key-value store.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'Any node; each answers for the whole cluster.' }],
  paths: {
    '/kv/{bucket}': { get: LIST },
    '/kv/{bucket}/{key}': { get: GET, put: PUT, delete: DELETE, post: POST },
    '/health': json('health', 'Whether the process is alive.', 'Alive'),
    '/ready': json('ready', 'Whether this node reaches enough others to read and write.', 'Ready', { fails: [503] }),
    '/metrics': METRICS,
    '/status': json('status', 'The cluster as this node sees it.', 'Status', { fails: [400, 503, 504], parameters: [TIMEOUT] }),
    '/ring': json('ring', 'The preference list of every partition.', 'Ring', { fails: [400, 503, 504], parameters: [TIMEOUT] }),
    '/openapi.json': json('openapi', 'This document.', 'AnyObject'),
  },
  components: COMPONENTS,
} as const;
