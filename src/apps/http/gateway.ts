/** The HTTP door of a node: Hono's routes in front of the same interface that the client and the embedded node have. */
import { Hono } from 'hono';
import { QuorateError } from '../../runtime/errors/index.ts';
import type { Log } from '../../runtime/world/index.ts';
import { addKvRoutes, type KvRoutesOptions } from './kv-routes.ts';
import { addOperationsRoutes, type OperationsRoutesOptions } from './operations-routes.ts';
import { problemResponse } from './problem.ts';

export interface GatewayOptions extends KvRoutesOptions, OperationsRoutesOptions {
  readonly log: Log;
}

/** What each path takes, for the answer to another method. */
const METHODS_BY_PATH = [
  ['/kv/:bucket', 'GET, HEAD'],
  ['/kv/:bucket/:key{.*}', 'GET, HEAD, PUT, POST, DELETE'],
  ['/health', 'GET, HEAD'],
  ['/ready', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/status', 'GET, HEAD'],
  ['/ring', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
] as const;

export function httpGateway(options: GatewayOptions): Hono {
  // The path as it was sent: a key keeps its encoded slashes and bytes that are no text until the route decodes it.
  const app = new Hono({ getPath: (request) => new URL(request.url).pathname });
  addOperationsRoutes(app, options);
  addKvRoutes(app, options);
  for (const [path, methods] of METHODS_BY_PATH) app.all(path, (c) => methodNotAllowed(c.req.method, c.req.path, methods));
  app.notFound((c) =>
    problemResponse({
      code: 'no-such-route',
      message: `There is nothing at ${c.req.path}.`,
      outcome: 'not-applied',
      next: 'See /openapi.json for what there is.',
    }),
  );
  app.onError((error, c) => {
    if (error instanceof QuorateError) return problemResponse(error.describe());
    options.log.error('a request failed unexpectedly', {
      method: c.req.method,
      path: c.req.path,
      error: error.stack ?? String(error),
    });
    return problemResponse({
      code: 'internal',
      message: 'The node failed in a way it should not; its log tells more.',
      outcome: 'unknown',
      next: 'Read to see whether a write happened, and report the log line.',
    });
  });
  return app;
}

function methodNotAllowed(method: string, path: string, allowed: string): Response {
  return problemResponse(
    {
      code: 'method-not-allowed',
      message: `${path} takes ${allowed}, not ${method}.`,
      outcome: 'not-applied',
      next: `Use one of ${allowed}.`,
    },
    { allow: allowed },
  );
}
