/** What operators and their tools ask of a node. */
import type { Hono } from 'hono';
import type { Quorate } from '../../stores/kv/index.ts';
import { OPENAPI } from './openapi.ts';
import { problemResponse } from './problem.ts';
import { jsonResponse } from './representation.ts';
import { callOptions, numberOptions } from './request-options.ts';

export interface Readiness {
  readonly ready: boolean;
  /** For people: what is missing. */
  readonly reason: string;
}

export interface OperationsRoutesOptions {
  readonly node: string;
  readonly quorate: Pick<Quorate, 'status' | 'ring'>;
  readonly readiness: () => Readiness | Promise<Readiness>;
  readonly metrics: { readonly contentType: string; scrape(): Promise<string> };
}

export function addOperationsRoutes(app: Hono, { node, quorate, readiness, metrics }: OperationsRoutesOptions): void {
  app.get('/health', () => jsonResponse({ status: 'alive', node }));
  app.get('/ready', async () => {
    const { ready, reason } = await readiness();
    if (ready) return jsonResponse({ status: 'ready', node });
    return problemResponse({
      code: 'not-ready',
      message: reason,
      outcome: 'not-applied',
      next: 'Ask again, or ask another node.',
      data: { node },
    });
  });
  app.get('/metrics', async () => new Response(await metrics.scrape(), { headers: { 'content-type': metrics.contentType } }));
  app.get('/status', async (c) =>
    jsonResponse(await quorate.status(callOptions(numberOptions(new URL(c.req.url), ['timeout'])))),
  );
  app.get('/ring', async (c) => jsonResponse(await quorate.ring(callOptions(numberOptions(new URL(c.req.url), ['timeout'])))));
  app.get('/openapi.json', () => jsonResponse(OPENAPI));
}
