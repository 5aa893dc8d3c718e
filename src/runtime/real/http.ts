/** An HTTP server around a fetch-style handler. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatTcpAddress, invalidAddress, parseAddress } from '../transport/index.ts';
import type { Address } from '../world/index.ts';
import { listenError } from './listen-errors.ts';

export type HttpHandler = (request: Request) => Response | Promise<Response>;

export interface HttpOptions {
  /** `host:port`; port 0 takes any that is free. */
  readonly address: Address;
  /** Default 16 KiB. Larger: 431. */
  readonly maxHeaderBytes?: number;
  /** Default 16 MiB. Larger: 413, without the handler if the request says its length. */
  readonly maxBodyBytes?: number;
  /** For the whole request to come in. Default 30 s. Longer: 408. */
  readonly requestTimeoutMs?: number;
  /** Of the whole process, kept alive ones included; further ones are closed at once. Default 10,000. */
  readonly maxConnections?: number;
}

export interface HttpServer {
  /** The address in use, with the port that was given. */
  readonly address: Address;
  /** Take no more requests, finish those at hand, but for at most `graceMs` (default 5 s), then cut what is left. */
  close(graceMs?: number): Promise<void>;
}

const DEFAULT_MAX_HEADER_BYTES = 16 * 1024;
const DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024;
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_GRACE_MS = 5_000;

/** @throws QuorateError `address-in-use`, `address-not-available`, `address-invalid`. */
export async function serveHttp(handler: HttpHandler, options: HttpOptions): Promise<HttpServer> {
  const parsed = parseAddress(options.address);
  if (parsed.kind !== 'tcp') throw invalidAddress(options.address, 'HTTP is served on host:port');
  // Loaded here so that programs without an HTTP server do not pay for it.
  const { getRequestListener } = await import('@hono/node-server');
  const limited = limitBody(handler, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  const requestTimeoutMs = options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS;
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(requestTimeoutMs, 5_000),
  });
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  const listener = getRequestListener(limited);
  server.on('request', (incoming, outgoing) => {
    // Once the server is closing, a connection that has its answer must not be kept alive for a next request.
    outgoing.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    void listener(incoming, outgoing);
  });
  await listen(server, options.address, parsed.host, parsed.port);
  const { port } = server.address() as AddressInfo;
  return { address: formatTcpAddress(parsed.host, port), close: (graceMs = DEFAULT_GRACE_MS) => close(server, graceMs) };
}

function listen(server: Server, address: Address, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenError(address, error));
    server.once('error', failed);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function limitBody(handler: HttpHandler, maxBodyBytes: number): HttpHandler {
  return async (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return await handler(request);
    const announced = request.headers.get('content-length');
    if (announced !== null) return Number(announced) > maxBodyBytes ? tooLarge(maxBodyBytes) : await handler(request);
    if (request.body === null) return await handler(request);
    let exceeded = false;
    let sizeBytes = 0;
    const counted = request.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          sizeBytes += chunk.length;
          if (sizeBytes <= maxBodyBytes) controller.enqueue(chunk);
          else {
            exceeded = true;
            controller.error(new RangeError(`the body is over ${maxBodyBytes} bytes`));
          }
        },
      }),
    );
    const init: RequestInit = {
      method: request.method,
      headers: request.headers,
      body: counted,
      signal: request.signal,
      duplex: 'half',
    };
    try {
      const response = await handler(new Request(request.url, init));
      return exceeded ? tooLarge(maxBodyBytes) : response;
    } catch (error) {
      if (exceeded) return tooLarge(maxBodyBytes);
      throw error;
    }
  };
}

function tooLarge(maxBodyBytes: number): Response {
  const error = {
    code: 'body-too-large',
    message: `the request's body is over the limit of ${maxBodyBytes} bytes`,
    outcome: 'not-applied',
    next: 'Send less, or raise the limit.',
    data: { maxBodyBytes },
  };
  return Response.json({ error }, { status: 413, headers: { connection: 'close' } });
}
