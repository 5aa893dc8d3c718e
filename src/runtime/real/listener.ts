/** Accepting connections on a TCP port or a Unix socket. */
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { formatTcpAddress, invalidAddress, type ParsedAddress, parseAddress } from '../transport/index.ts';
import type { Address, Hello, Link, LinkHandler, Listener } from '../world/index.ts';
import { Connection, type Surroundings } from './connection.ts';
import { addressInUse, listenError } from './listen-errors.ts';
import { shortcutTo } from './loopback-shortcut.ts';
import { systemCode } from './system-errors.ts';

/** Bytes of a Unix socket's path that every system takes, its final zero not counted. */
const MAX_UNIX_PATH_BYTES = 103;

/** @throws QuorateError `address-in-use`, `address-not-available`, `address-invalid`. */
export async function listen(
  address: Address,
  hello: Hello,
  accept: (link: Link) => LinkHandler,
  surroundings: Surroundings,
): Promise<Listener> {
  const parsed = parseAddress(address);
  const connections = new Set<Connection>();
  const { limits, log } = surroundings;
  const accepted = (socket: Socket): void => {
    if (connections.size >= limits.maxConnections) {
      log.warn('connection refused: too many', { address, from: socket.remoteAddress, limit: limits.maxConnections });
      socket.destroy();
      return;
    }
    const connection = new Connection(
      socket,
      remoteAddress(socket, address),
      { side: 'accepted', mine: hello, accept },
      surroundings,
    );
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  };
  const server = createServer(accepted);
  await bind(server, address, parsed);
  const servers = [server];
  const given = parsed.kind === 'unix' ? parsed : { ...parsed, port: givenPort(server, parsed.port) };
  const shortcut = shortcutTo(given);
  if (shortcut !== undefined) {
    const beside = createServer(accepted);
    servers.push(beside);
    await attempt(beside, address, { path: shortcut, backlog: 1024 }).catch((error: unknown) => {
      server.close();
      throw error;
    });
  }
  // A server goes on after a failed accept (no file descriptor left, say); the other side tries again.
  for (const each of servers) each.on('error', ({ message }) => log.error('accept failed', { address, detail: message }));
  return {
    address: given.kind === 'unix' ? address : formatTcpAddress(given.host, given.port),
    close: async () => {
      const closed = servers.map((each) => new Promise<void>((resolve) => each.close(() => resolve())));
      for (const connection of connections) connection.close('the listener was closed');
      await Promise.all(closed);
    },
  };
}

async function bind(server: Server, address: Address, parsed: ParsedAddress): Promise<void> {
  if (parsed.kind === 'tcp') {
    await attempt(server, address, { host: parsed.host, port: parsed.port, backlog: 1024 });
    return;
  }
  const sizeBytes = Buffer.byteLength(parsed.path);
  if (sizeBytes > MAX_UNIX_PATH_BYTES) {
    throw invalidAddress(address, `its path has ${sizeBytes} bytes, a Unix socket's may have ${MAX_UNIX_PATH_BYTES}`);
  }
  // Asked for by itself: the attempt to listen would call a missing directory a missing permission.
  await lstat(dirname(parsed.path)).catch((error: unknown) => Promise.reject(listenError(address, error)));
  await removeStaleSocket(address, parsed.path);
  await attempt(server, address, { path: parsed.path, backlog: 1024 });
}

function attempt(server: Server, address: Address, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(listenError(address, error));
    server.once('error', failed);
    server.listen(options, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** A process that was killed leaves its socket's file behind, at which nobody can listen until it is removed. */
async function removeStaleSocket(address: Address, path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket()) throw addressInUse(address, 'a file that is not a socket is there');
    if (await somebodyListens(path)) throw addressInUse(address, 'another process listens there');
    await unlink(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return;
    throw code === 'EACCES' || code === 'ENOTDIR' ? listenError(address, error) : error;
  }
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // Refused: a socket without a process. Anything else (a full backlog, no permission) is left alone.
    probe.once('error', (error) => resolve(systemCode(error) !== 'ECONNREFUSED'));
  });
}

function givenPort(server: Server, asked: number): number {
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : asked;
}

function remoteAddress(socket: Socket, listening: Address): Address {
  const { remoteAddress: host, remotePort: port } = socket;
  return host !== undefined && port !== undefined ? formatTcpAddress(host, port) : listening;
}
