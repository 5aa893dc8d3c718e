import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below those that operating systems hand out by themselves (Linux from 32768, others from 49152): what is free here is not taken a moment
 * later by whoever dials or listens without saying where.
 */
const FIRST = 20_000;
const LAST = 29_999;
const ATTEMPTS = 1_000;

/**
 * Ports on the loopback interface that were free a moment ago, all different. Another program may take one in between: whoever
 * listens on it then hears of it.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = new Map<number, Server>();
  for (let attempt = 0; servers.size < count && attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    const server = servers.has(port) ? undefined : await openServer(port);
    if (server !== undefined) servers.set(port, server);
  }
  await Promise.all([...servers.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  if (servers.size < count) throw new Error(`there are no ${count} free ports from ${FIRST} to ${LAST}`);
  return [...servers.keys()];
}

/** @returns nothing if the port is taken. */
function openServer(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
