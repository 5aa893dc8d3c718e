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
  /** Of a node that is ready: partitions of which it has a seat without its registers. Absent for none. */
  readonly waitingRegisters?: readonly number[];
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
    const { ready, reason, waitingRegisters } = await readiness();
    if (ready)
      return jsonResponse({ status: 'ready', node, ...(waitingRegisters === undefined ? {} : noticeOf(waitingRegisters)) });
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

/** No reason for a status of 503: who sends requests elsewhere for it has no other answer there, and none for all other keys here. */
function noticeOf(waitingRegisters: readonly number[]): { readonly waitingRegisters: readonly number[]; readonly next: string } {
  const next =
    'This node does not answer for the registers of these partitions before other nodes have given it what was acknowledged: quorate status tells which partitions do not answer at all, quorate why key BUCKET KEY what they wait for.';
  return { waitingRegisters, next };
}
