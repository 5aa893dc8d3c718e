/** The real network: TCP and Unix sockets. */
import { Socket } from 'node:net';
import { parseAddress } from '../transport/index.ts';
import type { Address, Hello, Link, LinkHandler, Listener, Log, Network, Timers } from '../world/index.ts';
import { Connection, type Surroundings } from './connection.ts';
import type { EventLoopTurn } from './event-loop-turn.ts';
import { listen } from './listener.ts';
import { openShortcutTo } from './loopback-shortcut.ts';
import { DEFAULT_NETWORK_LIMITS, type NetworkLimits } from './network-limits.ts';
import { Sweeper } from './sweeper.ts';

export class RealNetwork implements Network {
  readonly #surroundings: Surroundings;
  readonly #detours: ReadonlyMap<Address, Address>;

  /** @param detours - addresses that are reached by dialling others. */
  constructor(
    turn: EventLoopTurn,
    {
      timers,
      log,
      limits,
      detours = new Map(),
    }: { timers: Timers; log: Log; limits: Partial<NetworkLimits>; detours?: ReadonlyMap<Address, Address> },
  ) {
    const all = { ...DEFAULT_NETWORK_LIMITS, ...limits };
    this.#surroundings = { turn, sweeper: new Sweeper(timers, all.sweepMs), limits: all, log };
    this.#detours = detours;
  }

  listen(address: Address, hello: Hello, accept: (link: Link) => LinkHandler): Promise<Listener> {
    return listen(address, hello, accept, this.#surroundings);
  }

  /**
   * Never throws and never calls the handler before it returns: an address that is not valid ends as `unreachable`. Frames
   * committed before the link is open leave as soon as it is, and are dropped if it never is.
   */
  dial(address: Address, hello: Hello, handler: LinkHandler, options?: { readonly expectNode?: string }): Link {
    const socket = new Socket();
    const greeting = { side: 'dialled', mine: hello, expectNode: options?.expectNode, handler } as const;
    const connection = new Connection(socket, address, greeting, this.#surroundings);
    try {
      const parsed = parseAddress(this.#detours.get(address) ?? address);
      const path = parsed.kind === 'unix' ? parsed.path : openShortcutTo(parsed);
      if (path !== undefined) socket.connect({ path });
      else if (parsed.kind === 'tcp') socket.connect({ host: parsed.host, port: parsed.port });
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
    return connection;
  }
}
